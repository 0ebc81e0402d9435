"""Changes of requests that the runs found, from the table ``changes``.

A change counts on the day before the run that found it, in the city's time, because nightly runs find the
changes of that day. Changes caused only by our rules, and calls for information, are left out.
"""

from __future__ import annotations

from datetime import date

from pandas import DataFrame
from psycopg.sql import SQL, Composable, Identifier

from data.filters import AREAS, Dimension, Filters
from data.warehouse import Warehouse

LISTED = 1_000
"""Number of changes that are listed individually, newest first."""
NOTHING = SQL("")
FOUND = SQL("""{narrowed}
            AND type_id NOT IN (SELECT type_id FROM request_types WHERE is_information)
            AND changed_at >= (SELECT (%(first)s::date + 1)::timestamp AT TIME ZONE time_zone FROM city)
            AND changed_at < (SELECT (%(last)s::date + 2)::timestamp AT TIME ZONE time_zone FROM city)""")
# Written as in the definition of the index change_counts_unusual_idx, so that it can be used.
UNUSUAL = SQL("AND kinds <> '{created}' AND kinds <> '{closed}'")
DAY = SQL("((changed_at AT TIME ZONE (SELECT time_zone FROM city))::date - 1)")
FIRST_DAY = SQL("SELECT {day} AS day FROM changes ORDER BY sequence LIMIT 1").format(day=DAY)
COUNTED = SQL("SELECT {ids} {day} AS day, kinds, was_open, changes FROM change_counts WHERE {found} {kinds}")
# Requests that appear open or are reopened add to the open ones; those closed, or gone while open, subtract.
MEASURES = SQL("""{created} AS created, {closed} AS closed, {reopened} AS reopened, {gone} AS gone,
        {returned} AS returned, {otherwise} AS otherwise_changed, {opened} - {ended} AS net_change""").format(
    **{
        name: SQL("coalesce(sum(changes) FILTER (WHERE " + condition + "), 0)::bigint")
        for name, condition in {
            "created": "kinds[1] = 'created'",
            "closed": "'closed' = ANY (kinds)",
            "reopened": "kinds[1] = 'reopened'",
            "gone": "kinds[1] = 'gone'",
            "returned": "kinds[1] = 'returned'",
            "otherwise": "kinds && ARRAY['moved', 'retyped', 'reassigned', 'updated']",
            "opened": "kinds[1] = 'reopened' "
            "OR kinds[1] IN ('created', 'returned') AND 'closed' <> ALL (kinds)",
            "ended": "was_open OR 'closed' = ANY (kinds) AND kinds[1] NOT IN ('created', 'returned')",
        }.items()
    }
)
TOTALS = SQL("WITH counted AS ({counted}) SELECT {measures} FROM counted")
BY_DAY = SQL("WITH counted AS ({counted}) SELECT day, {measures} FROM counted GROUP BY day ORDER BY day")
BY = SQL("""
    WITH counted AS ({counted}), summed AS (SELECT {ids} {measures} FROM counted GROUP BY {column})
    SELECT {label} AS {name}, created, closed, reopened, gone, returned, otherwise_changed, net_change
    FROM summed JOIN {relation} AS named ON named.{key} = summed.{column}
    ORDER BY created + closed + reopened + gone DESC, 1
""")
# Names in place of the ids of types, councils and agencies; redundant fields are left out.
SIDE = SQL("""(SELECT string_agg(replace(key, '_id', '') || ': ' || coalesce(CASE key
            WHEN 'type_id' THEN (SELECT type_name FROM request_types WHERE type_id = value::integer)
            WHEN 'council_id' THEN (SELECT council_name FROM areas WHERE council_id = value::integer)
            WHEN 'agency_id' THEN (SELECT agency_name FROM agencies WHERE agency_id = value::integer)
            ELSE replace(value, 'T', ' ') END, 'none'), '; ' ORDER BY key)
        FROM jsonb_each_text({side})
        WHERE before IS NOT NULL AND after IS NOT NULL
            AND key NOT IN ('is_open', 'is_information', 'is_duplicate', 'region_id'))""")
CHANGES = SQL("""
    WITH areas AS {areas}, newest AS (
        SELECT * FROM changes WHERE cause = 'published' AND {found} ORDER BY sequence DESC LIMIT {listed}
    )
    SELECT srnumber AS sr_number, type_name AS type, council_name AS council, {day}::text AS day,
        array_to_string(array_prepend(kind, also), ', ') AS what, {before} AS before, {after} AS after
    FROM newest JOIN request_types USING (type_id) JOIN areas USING (council_id)
    ORDER BY sequence DESC
""")


def first_day(warehouse: Warehouse) -> date | None:
    """The first day with changes; None if there is no history."""
    found = warehouse.frame(FIRST_DAY)["day"]
    return date.fromisoformat(str(found.iloc[0])[:10]) if len(found) else None


def totals(warehouse: Warehouse, filters: Filters) -> DataFrame:
    """One row: created, closed, reopened, gone, returned, otherwise_changed, and net_change of open ones."""
    return _counts(warehouse, filters, TOTALS)


def by_day(warehouse: Warehouse, filters: Filters, *, exclude_routine: bool = False) -> DataFrame:
    """The columns of ``totals`` by day; days without changes have no row.

    ``exclude_routine`` skips requests that were only created or only closed, which are most changes.
    """
    return _counts(warehouse, filters, BY_DAY, kinds=UNUSUAL if exclude_routine else NOTHING)


def by(warehouse: Warehouse, filters: Filters, dimension: Dimension) -> DataFrame:
    """The columns of ``totals`` by name, most changes first."""
    return _counts(
        warehouse,
        filters,
        BY,
        SQL("{}, ").format(Identifier(dimension.column)),
        column=Identifier(dimension.column),
        key=Identifier(dimension.id),
        label=Identifier(dimension.label),
        name=Identifier(dimension.name),
        relation=SQL(dimension.relation),
    )


def newest(warehouse: Warehouse, filters: Filters) -> DataFrame:
    """The newest changes: sr_number, type, council, day, what, before, after (None for whole requests)."""
    sides = {side: SIDE.format(side=Identifier(side)) for side in ("before", "after")}
    query = CHANGES.format(**_found(filters), listed=SQL(str(LISTED)), areas=SQL(AREAS), **sides)
    return warehouse.frame(query, **filters.parameters())


def _counts(
    warehouse: Warehouse,
    filters: Filters,
    query: SQL,
    ids: Composable = NOTHING,
    kinds: Composable = NOTHING,
    **parts: Composable,
) -> DataFrame:
    counted = COUNTED.format(ids=ids, kinds=kinds, **_found(filters))
    named = {"counted": counted, "measures": MEASURES, "ids": ids, **parts}
    return warehouse.frame(query.format(**named), **filters.parameters())


def _found(filters: Filters) -> dict[str, Composable]:
    return {"day": DAY, "found": FOUND.format(narrowed=filters.narrowed())}
