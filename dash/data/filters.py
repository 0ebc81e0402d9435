"""The filters of a report, and the dimensions by which requests can be grouped."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, LiteralString, NamedTuple

from psycopg.sql import SQL, Composable, Composed, Identifier

from data.catalog import CREATED, Population


class Dimension(NamedTuple):
    """A way to group requests: its column in the rollups, and the relation with its ids and names."""

    name: LiteralString
    plural: LiteralString
    column: LiteralString
    relation: LiteralString
    id: LiteralString
    label: LiteralString
    order: LiteralString = "1"
    """The order of the names, if it is not alphabetical."""


TYPE = Dimension("type", "types", "type_id", "request_types", "type_id", "type_name")
GROUP = Dimension(
    "group",
    "groups",
    "type_id",
    "(SELECT type_id, group_id, group_name FROM request_types JOIN type_groups USING (group_id))",
    "group_id",
    "group_name",
)
# Cities may publish several areas with one name, such as an airport and the district around it.
AREAS: LiteralString = """(SELECT council_id, population_2020,
        CASE WHEN count(*) OVER (PARTITION BY council_name) > 1
            THEN council_name || ' (' || council_id || ')' ELSE council_name END AS council_name
    FROM councils)"""
COUNCIL = Dimension("council", "councils", "council_id", AREAS, "council_id", "council_name")
REGION = Dimension(
    "region",
    "regions",
    "council_id",
    # Requests outside every council are in no region; they keep the name "No council".
    "(SELECT council_id, region_id, coalesce(region_name, council_name) AS region_name"
    " FROM councils LEFT JOIN regions USING (region_id))",
    "region_id",
    "region_name",
)
AGENCY = Dimension("agency", "agencies", "agency_id", "agencies", "agency_id", "agency_name")
SOURCE = Dimension("source", "sources", "source_id", "sources", "source_id", "source_name")
# The districts are those of the requests, because no names are published. Each takes one index lookup.
DISTRICT = Dimension(
    "district",
    "districts",
    "district_id",
    """(WITH RECURSIVE found AS (
            SELECT min(district_id) AS district_id FROM rollup_day_district
            UNION ALL
            SELECT (SELECT min(d.district_id) FROM rollup_day_district d
                    WHERE d.district_id > found.district_id)
            FROM found WHERE found.district_id IS NOT NULL
        ) SELECT district_id,
            CASE district_id WHEN 0 THEN 'No district' ELSE 'District ' || district_id END AS district_name
        FROM found WHERE district_id IS NOT NULL)""",
    "district_id",
    "district_name",
    "min(district_id)",
)
DIMENSIONS = (TYPE, GROUP, COUNCIL, REGION, DISTRICT, AGENCY, SOURCE)
NO_COUNCIL = 0
"""Requests outside every council, or published without one; shown separately."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Requests created from ``first`` to ``last``, both days included; an empty tuple means all."""

    first: date
    last: date
    types: tuple[int, ...] = ()
    groups: tuple[int, ...] = ()
    councils: tuple[int, ...] = ()
    regions: tuple[int, ...] = ()
    districts: tuple[int, ...] = ()
    agencies: tuple[int, ...] = ()
    sources: tuple[int, ...] = ()
    includes_information: bool = False
    """Whether calls for information count as requests."""

    def ids(self, dimension: Dimension) -> tuple[int, ...]:
        found: tuple[int, ...] = getattr(self, dimension.plural)
        return found

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def used(self) -> list[Dimension]:
        """The dimensions with a filter."""
        return [dimension for dimension in DIMENSIONS if self.ids(dimension)]

    def parameters(self) -> dict[str, Any]:
        """Values for the placeholders of ``where`` and ``narrowed``."""
        ids = {dimension.plural: list(self.ids(dimension)) for dimension in self.used}
        return {"first": self.first, "last": self.last} | ids

    def narrowed(self, *columns: str) -> Composable:
        """The condition on the dimensions only; with ``columns``, only on those columns."""
        parts = [_one_of(one) for one in self.used if not columns or one.column in columns]
        return SQL(" AND ").join(parts) if parts else SQL("true")

    def where(self, population: Population = CREATED) -> Composable:
        """The condition on the population's date, if it has one, and on the dimensions."""
        if population.date is None:
            return self.narrowed()
        period = SQL("{} BETWEEN %(first)s AND %(last)s").format(Identifier(population.date))
        return SQL("{} AND {}").format(period, self.narrowed())


def _one_of(dimension: Dimension) -> Composed:
    ids = SQL("{} = ANY(%({})s)").format(Identifier(dimension.id), SQL(dimension.plural))
    if dimension.id == dimension.column:
        return ids
    return SQL("{column} IN (SELECT {column} FROM {relation} AS listed WHERE {ids})").format(
        column=Identifier(dimension.column), relation=SQL(dimension.relation), ids=ids
    )
