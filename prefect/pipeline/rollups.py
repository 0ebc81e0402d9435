"""The rollups over ``service_requests``: what they group by, and which requests they count."""

from __future__ import annotations

from dataclasses import dataclass

from psycopg import sql

from pipeline.database import Connection, columns, composed

ALL = sql.SQL("true")
CLOSED = sql.SQL("closed_date IS NOT NULL")
OPEN = sql.SQL("closed_date IS NULL")


@dataclass(frozen=True)
class Rollup:
    """A table of exact counts; the primary key is its dimensions."""

    table: str
    dimensions: tuple[str, ...]
    population: sql.SQL

    @property
    def order(self) -> tuple[str, ...]:
        """How cells are written: a day's by council, so that those of one council lie on few pages."""
        day, *others = self.dimensions
        return (day, *sorted(others, key=lambda name: name != "council_id"))


ROLLUPS = (
    Rollup("rollup_daily", ("created_date", "type_id", "council_id", "agency_id", "source_id"), ALL),
    Rollup("rollup_day_type", ("created_date", "type_id"), ALL),
    Rollup("rollup_day_council", ("created_date", "council_id"), ALL),
    Rollup("rollup_day_agency", ("created_date", "agency_id"), ALL),
    Rollup("rollup_day_source", ("created_date", "source_id"), ALL),
    Rollup("rollup_day_type_agency", ("created_date", "type_id", "agency_id"), ALL),
    Rollup("rollup_day_type_source", ("created_date", "type_id", "source_id"), ALL),
    Rollup("rollup_day_type_council", ("created_date", "type_id", "council_id"), ALL),
    Rollup("rollup_hour_type", ("created_date", "created_hour", "type_id"), ALL),
    Rollup("rollup_hour_source", ("created_date", "created_hour", "source_id"), ALL),
    Rollup("rollup_closed_day", ("closed_date", "type_id", "council_id"), CLOSED),
    Rollup("rollup_close_days", ("type_id", "council_id", "days_to_close"), CLOSED),
    Rollup("rollup_close_month", ("closed_month", "type_id", "council_id", "days_to_close"), CLOSED),
    Rollup("rollup_open", ("type_id", "council_id"), OPEN),
)


def add_delta(connection: Connection) -> None:
    """Bring every rollup in step with the differences in ``delta``; cells that fall to zero go."""
    for rollup in ROLLUPS:
        names = {
            "rollup": sql.Identifier(rollup.table),
            "dimensions": columns(rollup.dimensions),
            "population": rollup.population,
            "order": columns(rollup.order),
            "cell_dimensions": columns(rollup.dimensions, of="cells"),
            "less_dimensions": columns(rollup.dimensions, of="less"),
        }
        (emptied,) = connection.execute(composed("merge/add_delta", **names)).fetchone() or (0,)
        if emptied:
            connection.execute(composed("merge/delete_empty_cells", **names))
