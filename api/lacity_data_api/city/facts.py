"""Facts about the city and its rollups, as the database declares them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple
from zoneinfo import ZoneInfo


class Bounds(NamedTuple):
    """A rectangle in degrees, edges included."""

    west: float
    south: float
    east: float
    north: float

    def overlaps(self, other: Bounds) -> bool:
        """Whether the two rectangles share a point."""
        return (
            self.west <= other.east
            and other.west <= self.east
            and self.south <= other.north
            and other.south <= self.north
        )

    def contains(self, other: Bounds) -> bool:
        """Whether the other rectangle lies within this one."""
        return (
            self.west <= other.west
            and other.east <= self.east
            and self.south <= other.south
            and other.north <= self.north
        )

    @property
    def axes_swapped(self) -> Bounds:
        """The rectangle with its coordinates swapped, for a client that sent latitudes first."""
        return Bounds(self.south, self.west, self.north, self.east)


WORLD = Bounds(-180, -90, 180, 90)
# A city council is a different body.
COUNCIL = re.compile(r"(?<!city )\b(neighborhood )?council(s?)\b(?!_)", re.IGNORECASE)
DISTRICTS = re.compile(r"\bcity council districts\b", re.IGNORECASE)


@dataclass(frozen=True)
class City:
    """The served city. Until the database has been read: no name, UTC, and the whole world as bounds."""

    name: str = ""
    time_zone: ZoneInfo | dt.timezone = dt.UTC
    bounds: Bounds = WORLD
    words: dict[str, str] = field(default_factory=dict)
    key: str = ""
    # The optional columns that the city publishes; not every city has them.
    columns: tuple[str, ...] = ()

    def spoken(self, text: str) -> str:
        """The text with the city's words for what the API calls councils and city council districts."""
        area, areas, district = (self.words.get(name, "").lower() for name in ("area", "areas", "district"))
        if area and areas and not area.endswith("council"):
            text = COUNCIL.sub(lambda found: _like(found[0], areas if found[2] else area), text)
        return DISTRICTS.sub(lambda found: _like(found[0], f"{district}s"), text) if district else text

    def local(self, moment: dt.datetime) -> dt.datetime:
        """The moment in the city's time zone."""
        return moment.astimezone(self.time_zone)

    def today(self) -> dt.date:
        """The date in the city."""
        return dt.datetime.now(self.time_zone).date()


def _like(replaced: str, word: str) -> str:
    """The word, capitalized if the word it replaces is."""
    return word.capitalize() if replaced[:1].isupper() else word


class Rollup(NamedTuple):
    """A table that counts requests by these dimensions."""

    table: str
    dimensions: frozenset[str]


@dataclass(frozen=True)
class RollupCatalog:
    """The rollups that cover all requests, ordered from the fewest cells to the most."""

    rollups: tuple[Rollup, ...]
    # SQL for each dimension of a row of ``service_requests``.
    expressions: dict[str, str]
    # Rollups that cover all located requests, in the same order.
    located: tuple[Rollup, ...] = ()

    def narrowest(self, dimensions: Iterable[str]) -> Rollup | None:
        """The rollup with the fewest cells that has these dimensions; None if no rollup has them all."""
        needed = set(dimensions)
        return next((rollup for rollup in self.rollups if needed <= rollup.dimensions), None)
