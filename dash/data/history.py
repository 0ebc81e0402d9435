"""What runs found changed in the requests, from the table ``changes``.

A change counts on the day before the run that found it, in the city's time: nightly runs find what happened
on that day. Changes that only our rules made, and calls for information, are left out.
"""

from __future__ import annotations

from pandas import DataFrame
from psycopg.sql import SQL, Composable, Identifier

from data.filters import Dimension, Filters
from data.warehouse import Warehouse

LISTED = 1_000
"""Single changes of a list, the newest ones."""
FOUND = SQL("""
    SELECT changes.*, (changed_at AT TIME ZONE time_zone)::date - 1 AS day, array_prepend(kind, also) AS kinds
    FROM changes, city
    WHERE cause = 'published' AND {narrowed}
        AND type_id NOT IN (SELECT type_id FROM request_types WHERE is_information)
        AND changed_at >= (%(first)s::date + 1)::timestamp AT TIME ZONE time_zone
        AND changed_at < (%(last)s::date + 2)::timestamp AT TIME ZONE time_zone
""")
# A field is in both sides only where it changed, so "open" in one of them is an opening or an ending.
MEASURES = SQL("""count(*) FILTER (WHERE kind = 'created') AS created,
        count(*) FILTER (WHERE 'closed' = ANY (kinds)) AS closed,
        count(*) FILTER (WHERE kind = 'reopened') AS reopened,
        count(*) FILTER (WHERE kind = 'gone') AS gone,
        count(*) FILTER (WHERE kind = 'returned') AS returned,
        count(*) FILTER (WHERE kinds && ARRAY['moved', 'retyped', 'reassigned', 'updated'])
            AS otherwise_changed,
        count(*) FILTER (WHERE after ->> 'is_open' = 'true')
            - count(*) FILTER (WHERE before ->> 'is_open' = 'true') AS net_change""")
TOTALS = SQL("WITH found AS ({found}) SELECT {measures} FROM found")
BY_DAY = SQL("WITH found AS ({found}) SELECT day, {measures} FROM found GROUP BY day ORDER BY day")
BY = SQL("""
    WITH found AS ({found}), counted AS (
        SELECT {column} AS id, {measures} FROM found GROUP BY 1
    )
    SELECT {label} AS {name}, created, closed, reopened, gone, returned, otherwise_changed, net_change
    FROM counted JOIN {relation} AS named ON named.{key} = counted.id
    ORDER BY created + closed + reopened + gone DESC, 1
""")
# Names in place of the ids of types, councils and agencies; what another field says as well is left out.
SIDE = SQL("""(SELECT string_agg(replace(key, '_id', '') || ': ' || coalesce(CASE key
            WHEN 'type_id' THEN (SELECT type_name FROM request_types WHERE type_id = value::integer)
            WHEN 'council_id' THEN (SELECT council_name FROM councils WHERE council_id = value::integer)
            WHEN 'agency_id' THEN (SELECT agency_name FROM agencies WHERE agency_id = value::integer)
            ELSE replace(value, 'T', ' ') END, 'none'), '; ' ORDER BY key)
        FROM jsonb_each_text({side})
        WHERE before IS NOT NULL AND after IS NOT NULL
            AND key NOT IN ('is_open', 'is_information', 'is_duplicate', 'region_id'))""")
CHANGES = SQL("""
    WITH found AS ({found}), newest AS (SELECT * FROM found ORDER BY sequence DESC LIMIT {listed})
    SELECT srnumber AS sr_number, type_name AS type, council_name AS council, day::text AS day,
        array_to_string(kinds, ', ') AS what, {before} AS before, {after} AS after
    FROM newest JOIN request_types USING (type_id) JOIN councils USING (council_id)
    ORDER BY sequence DESC
""")


def totals(warehouse: Warehouse, filters: Filters) -> DataFrame:
    """One row: created, closed, reopened, gone, returned, otherwise_changed, and net_change of open ones."""
    return _frame(warehouse, filters, TOTALS)


def by_day(warehouse: Warehouse, filters: Filters) -> DataFrame:
    """The same columns by day; days without a change have no row."""
    return _frame(warehouse, filters, BY_DAY)


def by(warehouse: Warehouse, filters: Filters, dimension: Dimension) -> DataFrame:
    """The same columns by name, the most changes first."""
    return _frame(
        warehouse,
        filters,
        BY,
        column=Identifier(dimension.column),
        key=Identifier(dimension.id),
        label=Identifier(dimension.label),
        name=Identifier(dimension.name),
        relation=SQL(dimension.relation),
    )


def newest(warehouse: Warehouse, filters: Filters) -> DataFrame:
    """The newest changes: sr_number, type, council, day, what, before, after (None where it is all)."""
    sides = {side: SIDE.format(side=Identifier(side)) for side in ("before", "after")}
    return _frame(warehouse, filters, CHANGES, listed=SQL(str(LISTED)), **sides)


def _frame(warehouse: Warehouse, filters: Filters, query: SQL, **parts: Composable) -> DataFrame:
    found = FOUND.format(narrowed=filters.narrowed())
    named = {"found": found, "measures": MEASURES, **parts}
    return warehouse.frame(query.format(**named), **filters.parameters())
