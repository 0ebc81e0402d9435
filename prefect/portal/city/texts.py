"""Arrays of numbers as published text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import cache

import numpy as np
from numpy.typing import NDArray

from portal.city.draw import MINUTES_A_DAY, NEVER
from portal.city.facts import Floats, Integers
from portal.datasets import FIRST_DAY, ID_ALPHABET

Texts = list[str | None]
Objects = NDArray[np.object_]
LAST_DAY_NUMBER = 20_000
BATCHES = 8
MIX_1, MIX_2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def objects(values: Sequence[object]) -> Objects:
    """An array of Python objects, for fast selection by position."""
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


@cache
def _days() -> Objects:
    return objects([f"{FIRST_DAY + timedelta(days=number)}T" for number in range(LAST_DAY_NUMBER)])


@cache
def _times() -> Objects:
    return objects([f"{minute // 60:02}:{minute % 60:02}:" for minute in range(MINUTES_A_DAY)])


@cache
def _seconds() -> Objects:
    return objects([f"{second:02}.000" for second in range(60)])


@cache
def _batch_times() -> Objects:
    return objects(
        [f"00:{5 + batch // 3:02}:{batch % 3 * 20:02}.{137 + 61 * batch:03}Z" for batch in range(BATCHES)]
    )


def seconds(row: Integers) -> Integers:
    """The second within the minute, the same for everything that happens to a request."""
    return (mixed(row, 3) % np.uint64(60)).astype(np.int64)


def floating_times(minutes: Integers, second: Integers | None = None) -> Texts:
    """Minutes since 2015-01-01 as ``2020-01-01T00:45:00.000``; None where NEVER."""
    shown = np.where(minutes == NEVER, 0, minutes)
    rest = _seconds()[0] if second is None else _seconds()[second]
    texts = _days()[shown // MINUTES_A_DAY] + _times()[shown % MINUTES_A_DAY] + rest
    texts[minutes == NEVER] = None
    return list(texts)


def floating_days(minutes: Integers) -> Texts:
    """Like floating_times, but at midnight of the day."""
    return floating_times(np.where(minutes == NEVER, NEVER, minutes - minutes % MINUTES_A_DAY))


def stamps(day: Integers, row: Integers) -> Texts:
    """When the portal ingested the row: each daily load arrives in a few batches, each with one timestamp."""
    batch = (mixed(row, 7) % np.uint64(BATCHES)).astype(np.int64)
    return list(_days()[day] + _batch_times()[batch])


def mixed(numbers: Integers, salt: int) -> NDArray[np.uint64]:
    """Well-distributed 64-bit numbers (splitmix64), always the same for the same input."""
    with np.errstate(over="ignore"):
        state = (numbers.astype(np.uint64) + np.uint64(salt) * np.uint64(1_000_003)) * GOLDEN
        state = (state ^ (state >> np.uint64(30))) * MIX_1
        state = (state ^ (state >> np.uint64(27))) * MIX_2
        return np.asarray(state ^ (state >> np.uint64(31)), dtype=np.uint64)


def row_ids(row: Integers, salt: int) -> list[str]:
    """Row identifiers in Socrata's form, ``row-a2bc.3def-g4hi``."""
    alphabet = np.frombuffer(ID_ALPHABET.encode(), dtype=np.uint8)
    number = mixed(row, salt)
    text = np.tile(np.frombuffer(b"row-0000.0000-0000", dtype=np.uint8), (len(row), 1))
    for at, place in enumerate((4, 5, 6, 7, 9, 10, 11, 12, 14, 15, 16, 17)):
        text[:, place] = alphabet[((number >> np.uint64(5 * at)) & np.uint64(31)).astype(np.int64)]
    return [str(item) for item in text.view("S18").ravel().astype("U18")]


def decimals(values: Floats, places: int) -> Texts:
    form = f"%.{places}f"
    return [form % value for value in values.tolist()]


def chosen(values: Sequence[object], position: Integers) -> Texts:
    """The values at those positions."""
    return list(objects(values)[position])


def blanked(texts: Texts, is_blank: NDArray[np.bool_]) -> Texts:
    """The texts with None where ``is_blank``."""
    array = objects(texts)
    array[is_blank] = None
    return list(array)
