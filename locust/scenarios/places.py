"""The skewed selections of users: a few areas, types and days are popular.

Request counts by area, type and day fall off like this in a city's own data, and interest follows them. Skew
matters: with uniform choices a cache looks worse than it is, with a single choice better. The areas, types
and days are read from the API of the served city when a run starts.
"""

from __future__ import annotations

import datetime as dt
import json
import random
import sys
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from locust.env import Environment

MEAN_DAYS_BACK = 90
YEARS_BACK = 10
LEARN_SECONDS = 30
USER_AGENT = "311-load-tests"
# Lengths of the selected period in days, and the percentage of users who select each.
SPANS = ((3, 50), (7, 35), (30, 14), (366, 1))

T = TypeVar("T")


@dataclass(frozen=True)
class Places:
    """A city: ids of its areas and types, the centers of its areas, and its newest day with requests."""

    areas: tuple[int, ...] = (1,)
    types: tuple[int, ...] = (1,)
    middles: tuple[tuple[float, float], ...] = ((0.0, 0.0),)
    last_day: dt.date = field(default_factory=lambda: dt.datetime.now(dt.UTC).date())

    @classmethod
    def of(cls, areas: list[dict[str, Any]], types: list[dict[str, Any]], last_day: str) -> Places:
        """From the bodies of ``/councils`` and ``/types``; area 0 stands for no area."""
        real = [area for area in areas if area["councilId"]]
        return cls(
            tuple(area["councilId"] for area in real),
            tuple(one["typeId"] for one in types),
            tuple((area["latitude"], area["longitude"]) for area in real),
            dt.date.fromisoformat(last_day),
        )


_known = [Places()]


def known() -> Places:
    """The city under test."""
    return _known[0]


def learn_early(environment: Environment, **_: Any) -> None:
    """Called before the first user starts, except with the web interface, where the host can be changed."""
    if environment.parsed_options and environment.parsed_options.headless:
        learn(environment)


def learn_late(environment: Environment, **_: Any) -> None:
    """Called when a run starts from the web interface, or on a worker."""
    if not (environment.parsed_options and environment.parsed_options.headless):
        learn(environment)


def learn(environment: Environment) -> None:
    """Read the city from the API, outside of the measured requests; without an API the run ends here."""
    if not environment.host:
        return
    try:
        paths = ("/councils", "/types", "/status/data")
        areas, types, status = (_get(environment.host, path) for path in paths)
        found = Places.of(areas, types, status["last_day"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"the served city is unknown: {type(error).__name__}: {error}", file=sys.stderr)
        sys.exit(1)
    _known[:] = [found]


def _get(host: str, path: str) -> Any:
    request = urllib.request.Request(f"{host}{path}", headers={"User-Agent": USER_AGENT})  # noqa: S310  ours
    with urllib.request.urlopen(request, timeout=LEARN_SECONDS) as response:  # noqa: S310
        return json.load(response)


def today() -> dt.date:
    """The newest day that a user can select."""
    return known().last_day


def first_day() -> dt.date:
    """The oldest day that a user selects."""
    return today().replace(month=1, day=1) - dt.timedelta(days=365 * YEARS_BACK)


def skewed(items: Sequence[T], draw: random.Random, exponent: float = 1.1) -> T:
    """One of the items, by Zipf's law: the first is the most likely."""
    weights = [1 / rank**exponent for rank in range(1, len(items) + 1)]
    return draw.choices(items, weights)[0]


def council(draw: random.Random) -> int:
    return skewed(known().areas, draw)


def request_type(draw: random.Random) -> int:
    return skewed(known().types, draw)


def past_day(draw: random.Random) -> dt.date:
    """A day that a user selects: usually a recent one, and usually the first of a week."""
    back = min(int(draw.expovariate(1 / MEAN_DAYS_BACK)) + 1, (today() - first_day()).days - 7)
    day = today() - dt.timedelta(days=back)
    return day - dt.timedelta(days=day.weekday()) if draw.random() < 0.7 else day


def days(last: dt.date, count: int) -> list[dt.date]:
    """``count`` days that end with the last, in order."""
    return [last - dt.timedelta(days=back) for back in range(count - 1, -1, -1)]


def span(draw: random.Random) -> list[dt.date]:
    """The period that a user selects on the map."""
    (count,) = draw.choices([length for length, _ in SPANS], [share for _, share in SPANS])
    return days(min(past_day(draw) + dt.timedelta(days=count - 1), today()), count)


def point(draw: random.Random) -> tuple[float, float]:
    """Latitude and longitude of an address that a user enters: between the centers of two areas."""
    (south, west), (north, east) = draw.choice(known().middles), draw.choice(known().middles)
    return round(draw.uniform(south, north), 5), round(draw.uniform(west, east), 5)
