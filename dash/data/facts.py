"""What every report says about the data: their generation, their age and the days they cover."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from psycopg.sql import SQL

# The last full day: requests of the day that is still running would look like a fall.
FACTS = SQL("""
    SELECT g.generation, g.changed_at, r.loaded_at, d.first_day, d.last_day
    FROM data_generation g,
        (SELECT max(finished_at) AS loaded_at FROM load_runs WHERE status IN ('merged', 'succeeded')) r,
        (SELECT min(created_date) AS first_day, max(created_date) AS last_day FROM rollup_day_type
         WHERE created_date < (now() AT TIME ZONE 'America/Los_Angeles')::date) d
""")
AWAY = "away"


@dataclass(frozen=True, slots=True)
class Facts:
    """``first_day`` and ``last_day`` are None while nothing is loaded; ``last_day`` is the last full day."""

    generation: int
    changed_at: datetime
    loaded_at: datetime | None
    first_day: date | None
    last_day: date | None
    stale_hours: float
    is_away: bool = False

    @staticmethod
    def of(row: Mapping[str, Any], stale_hours: float) -> Facts:
        return Facts(
            generation=row["generation"],
            changed_at=datetime.fromisoformat(row["changed_at"]),
            loaded_at=datetime.fromisoformat(row["loaded_at"]) if row["loaded_at"] else None,
            first_day=date.fromisoformat(row["first_day"]) if row["first_day"] else None,
            last_day=date.fromisoformat(row["last_day"]) if row["last_day"] else None,
            stale_hours=stale_hours,
        )

    def while_away(self) -> Facts:
        """The same, known to be what was seen before the database went away."""
        return replace(self, is_away=True)

    @property
    def age(self) -> timedelta | None:
        """Since the last load that succeeded."""
        return datetime.now(UTC) - self.loaded_at if self.loaded_at else None

    @property
    def is_stale(self) -> bool:
        return self.age is not None and self.age > timedelta(hours=self.stale_hours)

    def is_behind(self, version: str | None) -> bool:
        """Whether a page with this version has seen newer data, or that the database is away."""
        generation, *words = (version or "").split("-")
        seen = int(generation) if generation.isascii() and generation.isdigit() else 0
        return seen > self.generation or (AWAY in words and not self.is_away)

    @property
    def version(self) -> str:
        """Changes whenever an open page has to show something else."""
        return f"{self.generation}-{AWAY if self.is_away else 'here'}-{'stale' if self.is_stale else 'fresh'}"
