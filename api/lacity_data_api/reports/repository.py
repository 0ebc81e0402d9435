from __future__ import annotations

from collections.abc import Sequence

from lacity_data_api.city.facts import RollupCatalog
from lacity_data_api.reports.fields import (
    NAMES,
    Field,
    column_of,
    dimensions_of,
    expression_of,
    relation,
)
from lacity_data_api.reports.filters import Comparison, where
from lacity_data_api.requests.filters import RequestFilter
from lacity_data_api.requests.filters import where as requests_where
from lacity_data_api.requests.published import PUBLISHED_TEXTS
from lacity_data_api.statements import Query, Statement, Where

# Twice the cells of a year by type, council and agency; about 20 MB of JSON.
MAX_GROUPS = 200_000
# Limit for reading requests individually if no rollup has the fields: several seconds.
MAX_REQUESTS = 5_000_000

# Counted by id first and then by name, because several ids may have the same name. Names are sorted and
# written as JSON once, not for each group.
COUNTED = """
SELECT {columns}, CAST(sum(counted.counts) AS bigint) AS counts
  FROM (SELECT {keys}, sum({measure}) AS counts FROM {rows} AS rows
         WHERE {where} AND {is_affordable} GROUP BY {numbers} HAVING sum({measure}) > 0) AS counted
  {names}
 GROUP BY {groups} ORDER BY {numbers} LIMIT {most} + 1
"""
NAMED = """
  JOIN (SELECT {id}, to_json({field})::text AS json, dense_rank() OVER (ORDER BY {field}) AS place
          FROM {table} OFFSET 0) AS name_of_{field} ON name_of_{field}.{id} = counted.{field}"""
# Concatenated, because row_to_json takes longer.
BODY = """
SELECT CASE WHEN count(*) <= {most} AND {is_affordable}
            THEN '[' || coalesce(string_agg(concat({members}, ',"counts":', counts, '}}'), ','), '') || ']'
       END AS body
  FROM ({sql}) AS item
"""

# Not correlated: Postgres evaluates it once, and does not read the requests if it is false.
IS_AFFORDABLE = "(SELECT coalesce(sum(requests + information), 0) <= {most} FROM {days} WHERE {where})"

# The first version's 13 columns in their order, then the names of the ids, then the outcome of the request.
# Rows are not sorted, because clients would have to wait for the sort. GROUP BY makes Postgres evaluate each
# name once, and not for each request, which takes a sixth of an export.
EXPORT = """
SELECT r.request_id, {srnumber} AS srnumber, r.created_date, r.closed_date, r.type_id, r.agency_id,
       r.source_id, r.council_id, r.region_id, {address} AS address, r.latitude, r.longitude, r.city_id,
       t.type_name, a.agency_name, s.source_name, c.council_name, g.region_name, t.group_id, t.group_name,
       r.is_open, r.is_duplicate, r.is_information, {texts}{own}
  FROM (SELECT * FROM service_requests WHERE {where}) AS r
  JOIN (SELECT type_id, group_id, {type_name} AS type_name,
               (SELECT {group_name} FROM type_groups AS of_type
                 WHERE of_type.group_id = request_types.group_id) AS group_name
          FROM request_types GROUP BY type_id) AS t ON t.type_id = r.type_id
  JOIN (SELECT agency_id, {agency_name} AS agency_name FROM agencies GROUP BY agency_id) AS a
       ON a.agency_id = r.agency_id
  JOIN (SELECT source_id, {source_name} AS source_name FROM sources GROUP BY source_id) AS s
       ON s.source_id = r.source_id
  JOIN (SELECT council_id, {council_name} AS council_name FROM councils GROUP BY council_id) AS c
       ON c.council_id = r.council_id
  LEFT JOIN (SELECT region_id, {region_name} AS region_name FROM regions GROUP BY region_id) AS g
       ON g.region_id = r.region_id{raw}
"""
# Columns that only some cities publish: their names in ``requests`` and in an export.
OWN_COLUMNS = {
    "area": "area",
    "detail": "detail",
    "duedate": "due_date",
    "parent": "parent",
    "ownername": "owner_name",
    "kept": "kept",
}
NO_TEXT = frozenset({"duedate", "kept"})
JOIN_RAW = "\n  JOIN requests raw ON raw.id = r.request_id"
NAME_COLUMNS = ("type_name", "group_name", "agency_name", "source_name", "council_name", "region_name")
TEXT_COLUMNS = ("srnumber", "address")
# Spreadsheets execute text that begins with = + - @ tab or CR as a formula; an apostrophe prevents it.
TEXT_CELL = "CASE WHEN ascii({cell}) IN (61, 43, 45, 64, 9, 13) THEN '''' || {cell} ELSE {cell} END"
EXPORT_LOCK = "LOCK TABLE service_requests, requests IN ACCESS SHARE MODE"


def counted(
    fields: Sequence[Field],
    filters: Sequence[Comparison],
    catalog: RollupCatalog,
    *,
    has_information: bool,
    is_lasting: bool,
) -> Query:
    """Requests that match all filters, counted by these fields and sorted by them.

    There is no body for too many groups, or too many requests that would have to be read individually.
    """
    names = [*fields, *(comparison.name for comparison in filters)]
    condition, affordable = where(filters), _affordable(names, filters, catalog)
    named = [field for field in fields if field in NAMES]
    columns = [f"name_of_{field}.place" if field in NAMES else f"counted.{field}" for field in fields]
    sql = COUNTED.format(
        columns=", ".join([*columns, *(f"name_of_{field}.json AS {field}" for field in named)]),
        keys=", ".join(f"{expression_of(field)} AS {field}" for field in fields),
        measure="requests + information" if has_information else "requests",
        rows=relation(names, catalog),
        where=condition.sql,
        is_affordable=affordable.sql,
        names="".join(NAMED.format(field=field, **NAMES[field]._asdict()) for field in named),
        numbers=_numbers(len(fields)),
        groups=_numbers(len(fields) + len(named)),
        most=MAX_GROUPS,
    )
    members = ", ".join(_member(field, "," if number else "{") for number, field in enumerate(fields))
    body = BODY.format(sql=sql, members=members, most=MAX_GROUPS, is_affordable=affordable.sql)
    return Query(body, {**condition.values, **affordable.values}, is_lasting=is_lasting)


def _affordable(names: Sequence[str], filters: Sequence[Comparison], catalog: RollupCatalog) -> Where:
    """Whether few enough requests were created on the days of the filters; true if a rollup is read."""
    by_day = catalog.narrowest({"created_date"})
    if by_day is None or catalog.narrowest(dimensions_of(names)):
        return Where()
    days = where((one for one in filters if column_of(one.name) == "created_date"), "day")
    return Where(IS_AFFORDABLE.format(most=MAX_REQUESTS, days=by_day.table, where=days.sql), days.values)


def _numbers(count: int) -> str:
    """The numbers of the first columns of a SELECT."""
    return ", ".join(str(number) for number in range(1, count + 1))


def _member(field: Field, before: str) -> str:
    """Arguments of concat() for a member of a JSON object."""
    if field == Field.CREATED_DATE:
        return f"""'{before}"{field}":"', {field}, '"'"""
    return f"""'{before}"{field}":', {field}"""


def exported(wanted: RequestFilter, own_columns: Sequence[str] = ()) -> Statement:
    """The requests that match the filter, one per line; columns specific to this city come last."""
    condition = requests_where(wanted)
    cells = {name: TEXT_CELL.format(cell=name) for name in NAME_COLUMNS}
    cells |= {name: TEXT_CELL.format(cell=f"r.{name}") for name in TEXT_COLUMNS}
    texts = ", ".join(f"{TEXT_CELL.format(cell=f'r.{name}')} AS {name}" for name in PUBLISHED_TEXTS)
    own = "".join(f", {_own_cell(name)} AS {OWN_COLUMNS[name]}" for name in own_columns)
    parts = {"texts": texts, "own": own, "raw": JOIN_RAW if own else ""}
    return Statement(EXPORT.format(where=condition.sql, **parts, **cells), condition.values)


def _own_cell(name: str) -> str:
    return f"raw.{name}" if name in NO_TEXT else TEXT_CELL.format(cell=f"raw.{name}")
