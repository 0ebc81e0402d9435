"""Draws everything that ever happens to a request. The same block of the same seed is always the same."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from portal.city.calendar import Calendar, hour_shares
from portal.city.councils import council_shares, load_councils
from portal.city.facts import Choices, Floats, Integers, cumulate, facts, fitted
from portal.city.kinds import kinds
from portal.city.places import places
from portal.datasets import CASES_START, FIRST_DAY

BLOCK = 10_000
DRAWS = 29
MINUTES_A_DAY = 1_440
CASES_START_DAY = (CASES_START - FIRST_DAY).days
LOCAL_TASTE = 0.25
COMMON_SHARE = 0.01
NEVER = -1
LATE_SHARE = 0.06
LATE_DAYS = 300
OFFICE_OPENS, OFFICE_HOURS = 6 * 60, 12 * 60


@dataclass(frozen=True)
class Block:
    """Requests with consecutive numbers. Times are minutes since 2015-01-01 00:00; NEVER where there is none.

    ``chance`` holds uniform random numbers that have not been used yet, by purpose.
    """

    row: Integers
    kind: Integers
    council: Integers
    source: Integers
    latitude: Floats
    longitude: Floats
    created: Integers
    handled: Integers
    closed: Integers
    late_update: Integers
    chance: dict[str, Floats]


SPARE = (
    "owner",
    "status",
    "anonymous",
    "place",
    "bad",
    "bad_detail",
    "assigned",
    "overlap",
    "resolution",
    "spelling",
    "mobile",
    "gap",
    "retired",
    "origin",
    "action",
    "house_known",
)


def draw(seed: int, number: int, calendar: Calendar) -> Block:
    """Block ``number``: the rows from ``number * BLOCK`` on, cut off at the calendar's last row."""
    uniform = np.random.default_rng([seed, number]).random((DRAWS, BLOCK))
    row = np.arange(number * BLOCK, min((number + 1) * BLOCK, calendar.rows))
    uniform = uniform[:, : len(row)]
    day = calendar.day_of(row)
    first = _first_of_call(day, uniform[6])
    minute = _minute_of_day(uniform[0], uniform[1])[first] + np.arange(len(row)) - first
    created = day * MINUTES_A_DAY + np.minimum(minute, MINUTES_A_DAY - 1)
    council = np.searchsorted(cumulate(council_shares()), uniform[2], side="right").astype(np.int64)[first]
    place = places().pick(council, uniform[4][first])
    own = {name: chance[place] for name, chance in places().chance.items()}
    kind = _kind(seed, council, day, uniform[3])
    usual = _kind(seed, council, day, own["taste"])
    is_usual = uniform[5] < facts()["places"]["taste_share"]
    kind = np.where(is_usual & _is_common()[kind] & _is_common()[usual], usual, kind)
    closed = _closed(kind, created, uniform[7:10])
    return Block(
        row=row,
        kind=kind,
        council=council,
        source=kinds().sources.pick(kinds().old[kind], uniform[10]),
        latitude=places().latitude[place],
        longitude=places().longitude[place],
        created=created,
        handled=created + (uniform[11] ** 3 * 3 * MINUTES_A_DAY).astype(np.int64),
        closed=closed,
        late_update=_late_update(closed, uniform[12]),
        chance=dict(zip(SPARE, uniform[13:], strict=True)) | own,
    )


def _first_of_call(day: Integers, uniform: Floats) -> Integers:
    """The position of the first request of each call; most calls are about one request."""
    is_together = uniform < facts()["places"]["together_share"]
    is_together &= day == np.roll(day, 1)
    is_together[:1] = False
    return np.maximum.accumulate(np.where(is_together, 0, np.arange(len(day))))


def _minute_of_day(hour: Floats, minute: Floats) -> Integers:
    hours = np.searchsorted(hour_shares(), hour, side="right")
    return (hours * 60 + (minute * 60).astype(np.int64)).astype(np.int64)


def _kind(seed: int, council: Integers, day: Integers, uniform: Floats) -> Integers:
    is_new = (day >= CASES_START_DAY).astype(np.int64)
    group = is_new * len(load_councils()) + council
    return _tastes(seed).pick(group, uniform) + is_new * int(np.argmax(kinds().is_new))


@cache
def _is_common() -> NDArray[np.bool_]:
    """Whether a kind has so many requests that it may be the usual one of a place.

    A single place with many requests of a rare kind would change the share of that kind in the whole city.
    """
    known = kinds()
    all_of_era = np.bincount(known.is_new, weights=known.weights)[known.is_new]
    return np.asarray(known.weights > COMMON_SHARE * all_of_era)


@cache
def _tastes(seed: int) -> Choices:
    """Each council has its own mix of kinds; together they add up to the city's mix."""
    known = kinds()
    people = council_shares()
    generator = np.random.default_rng([seed, 0, 1])
    factors = np.exp(LOCAL_TASTE * (generator.random((len(people), len(known.weights))) * 2 - 1))
    eras = (known.is_new == 0, known.is_new == 1)
    return Choices(row for era in eras for row in fitted(factors[:, era], people, known.weights[era]))


def _closed(kind: Integers, created: Integers, uniform: Floats) -> Integers:
    known = kinds()
    shares = np.array(facts()["closing"]["shares"], dtype=np.float64)
    segment = np.clip(np.searchsorted(shares, uniform[0], side="right") - 1, 0, len(shares) - 2)
    low, high = known.closing_days[kind, segment], known.closing_days[kind, segment + 1]
    along = (uniform[0] - shares[segment]) / (shares[segment + 1] - shares[segment])
    days = np.rint(low + along * (high - low)).astype(np.int64)
    midnight = created - created % MINUTES_A_DAY
    later = midnight + days * MINUTES_A_DAY + OFFICE_OPENS + (uniform[1] * OFFICE_HOURS).astype(np.int64)
    same_day = created + (uniform[1] * (MINUTES_A_DAY - created % MINUTES_A_DAY)).astype(np.int64)
    closed = np.where(days == 0, same_day, later)
    closed = np.where(days < 0, created, closed)
    return np.where(uniform[2] < known.never_closed[kind], NEVER, closed)


def _late_update(closed: Integers, uniform: Floats) -> Integers:
    """A few closed requests are updated weeks or months later; others, a few minutes after closing."""
    share = np.minimum(uniform / LATE_SHARE, 1.0)
    late = closed + MINUTES_A_DAY + (share**2 * LATE_DAYS * MINUTES_A_DAY).astype(np.int64)
    return np.where(
        closed == NEVER, NEVER, np.where(uniform < LATE_SHARE, late, closed + (uniform * 10).astype(np.int64))
    )
