"""Facts that every report needs: generation, age and days of the data, the city, and the catalog."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from psycopg.sql import SQL

from data.catalog import Catalog

# The last full day must have ended before the newest served load started to read; going by the clock alone
# would make a partially loaded day look like a drop.
FACTS = SQL("""
    SELECT g.generation, last_loaded_at() AS loaded_at, d.first_day, d.last_day, to_jsonb(c) AS city,
        (SELECT jsonb_agg(to_jsonb(r) ORDER BY place) FROM rollup_catalog r) AS rollups,
        (SELECT jsonb_object_agg(dimension, expression) FROM rollup_dimensions) AS dimensions,
        (SELECT jsonb_object_agg(measure, condition) FROM rollup_measures) AS measures,
        (SELECT version_num FROM alembic_version) AS schema
    FROM data_generation g, city c, LATERAL (
        SELECT least((now() AT TIME ZONE time_zone)::date, (
            SELECT (max(started_at) AT TIME ZONE time_zone)::date FROM load_runs
            WHERE status IN ('merged', 'succeeded', 'partial')
        )) AS incomplete
    ) l, LATERAL (
        SELECT min(created_date) AS first_day, max(created_date) AS last_day FROM rollup_day_type
        WHERE created_date < incomplete AND requests > 0
    ) d
""")
AWAY = "away"
# Part of the version that pages send, which any client can make up.
GENERATION = re.compile("[0-9]{1,18}")


# "City council" is another body, so it is not replaced.
COUNCIL = re.compile(r"(?<!city )\b(neighborhood )?council(s?)\b", re.IGNORECASE)
DISTRICT = re.compile(r"\bcity council district(s?)\b", re.IGNORECASE)
REGION = re.compile(r"\bregion(s?)\b", re.IGNORECASE)
USUAL_WORDS = {
    "area": "area",
    "areas": "areas",
    "neighborhood": "neighborhood",
    "population": "last census",
    "portal": "the city's open data portal",
}


@dataclass(frozen=True, slots=True)
class City:
    """The city that this deployment serves."""

    name: str
    zone: ZoneInfo
    bounds: tuple[float, float, float, float]
    """West, south, east and north in degrees."""
    words: Mapping[str, str]

    @staticmethod
    def of(row: Mapping[str, Any]) -> City:
        bounds = (row["west"], row["south"], row["east"], row["north"])
        return City(row["city_name"], ZoneInfo(row["time_zone"]), bounds, row["words"])

    def phrase(self, text: str) -> str:
        """The text with ``{city}`` and the placeholders of ``USUAL_WORDS`` replaced by this city's words."""
        spoken = text.replace("{city}", self.name)
        words = {"neighborhood": self._neighborhood, **self.words}
        for name, usual in USUAL_WORDS.items():
            spoken = spoken.replace(f"{{{name}}}", _lower(words.get(name, usual)))
        return self.spoken(spoken[:1].upper() + spoken[1:])

    def spoken(self, text: str) -> str:
        """The text with the city's words for "region" and "city council district".

        And with its word for "council", unless its areas are councils.
        """
        area, areas = (_lower(self.words.get(name, "")) for name in ("area", "areas"))
        if area and areas and not area.endswith("council"):
            text = COUNCIL.sub(lambda found: _like(found[0], areas if found[2] else area), text)
        text = _replaced(REGION, self._region, text)
        return _replaced(DISTRICT, _lower(self.words.get("district", "city council district")), text)

    @property
    def _neighborhood(self) -> str:
        """The word of titles for one of the areas; where these are councils, what they are councils of."""
        area = self.words.get("area", "")
        return "neighborhood" if not area or area.endswith("council") else area

    @property
    def _region(self) -> str:
        """A city whose areas are not grouped calls its only region "city", which has no plural here."""
        region, area = _lower(self.words.get("region", "")), self.words.get("area", "")
        return "region" if region in ("", "city") or REGION.search(area) else region


def _like(pattern: str, word: str) -> str:
    """The word, capitalized if the match is."""
    return word[:1].upper() + word[1:] if pattern[:1].isupper() else word


def _replaced(pattern: re.Pattern[str], word: str, text: str) -> str:
    """The pattern's only group is the ending of its plural."""
    return pattern.sub(lambda found: _like(found[0], _plural(word) if found[1] else word), text)


def _plural(word: str) -> str:
    return f"{word[:-1]}ies" if re.search("[^aeiou]y$", word) else f"{word}s"


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


UNKNOWN_CITY = City("", ZoneInfo("UTC"), (-180.0, -90.0, 180.0, 90.0), {})
"""Used until the database has been read."""


@dataclass(frozen=True, slots=True)
class Facts:
    """``first_day`` and ``last_day`` are None while nothing is loaded; ``last_day`` is the last full day."""

    generation: int
    schema: str
    """The newest migration of the database: another one may define functions and tables differently."""
    loaded_at: datetime | None
    first_day: date | None
    last_day: date | None
    city: City
    catalog: Catalog
    stale_hours: float
    is_away: bool = False

    @staticmethod
    def of(row: Mapping[str, Any], stale_hours: float) -> Facts:
        return Facts(
            generation=row["generation"],
            schema=row["schema"],
            loaded_at=row["loaded_at"],
            first_day=row["first_day"],
            last_day=row["last_day"],
            city=City.of(row["city"]),
            catalog=Catalog(row["rollups"], row["dimensions"], row["measures"]),
            stale_hours=stale_hours,
        )

    def marked_unavailable(self) -> Facts:
        """The same facts, marked as read before the database became unreachable."""
        return replace(self, is_away=True)

    @property
    def age(self) -> timedelta | None:
        """Time since the last load whose data is served."""
        return datetime.now(UTC) - self.loaded_at if self.loaded_at else None

    @property
    def is_stale(self) -> bool:
        return self.age is not None and self.age > timedelta(hours=self.stale_hours)

    def is_behind(self, version: str | None) -> bool:
        """Whether the version is of newer data, or has an unreachable database that these facts do not."""
        generation, *words = (version or "").split("-")
        seen = int(generation) if GENERATION.fullmatch(generation) else 0
        return seen > self.generation or (AWAY in words and not self.is_away)

    @property
    def version(self) -> str:
        """Changes whenever open pages have to be refreshed."""
        return f"{self.generation}-{AWAY if self.is_away else 'here'}-{'stale' if self.is_stale else 'fresh'}"
