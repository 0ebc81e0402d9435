"""Facts without a database."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from data.catalog import Catalog
from data.facts import City, Facts
from data.warehouse import Warehouse

ZONE = ZoneInfo("America/Los_Angeles")
CITY = City("Los Angeles", ZONE, (-118.8, 33.6, -118.0, 34.5), {})
FACTS = Facts(
    generation=3,
    schema="0001",
    loaded_at=datetime.now(UTC),
    first_day=date(2015, 1, 1),
    last_day=date(2026, 3, 1),
    city=CITY,
    catalog=Catalog([], {}, {}),
    stale_hours=36,
)


class FactsOnly(Warehouse):
    """Provides facts and nothing else: anything that reads rows fails."""

    def __init__(self, facts: Facts = FACTS) -> None:
        self._given = facts

    def facts(self) -> Facts:
        return self._given
