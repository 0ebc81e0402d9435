"""Addresses on streets that do not exist, in the published form."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from portal.city.councils import load_councils
from portal.city.draw import Block
from portal.city.facts import facts
from portal.city.texts import Texts, blanked, chosen

CENTER_LATITUDE, CENTER_LONGITUDE = 34.044, -118.25
NUMBERS_A_DEGREE = 80_000
MAX_HOUSE_NUMBER = 24_000


def addresses(block: Block, *, is_case: bool) -> dict[str, Texts]:
    """The full text and its parts, numbered by the distance from the center; cases name the city.

    The parts are None for street corners.
    """
    declared = facts()["places"]
    stems, street_kinds = declared["street_stems"], declared["street_kinds"]
    stem = (block.chance["street"] * len(stems)).astype(np.int64)
    street = chosen(stems, stem)
    other = chosen(stems, (stem + 1 + (block.chance["house"] * 37).astype(np.int64)) % len(stems))
    suffix = chosen(street_kinds, (block.chance["street_kind"] * len(street_kinds)).astype(np.int64))
    is_east_west = block.chance["street_kind"] * len(street_kinds) % 1 < 0.5
    offset = np.where(is_east_west, block.longitude - CENTER_LONGITUDE, block.latitude - CENTER_LATITUDE)
    letter = np.where(is_east_west, np.where(offset < 0, 2, 3), np.where(offset < 0, 1, 0))
    direction = chosen(("N", "S", "W", "E"), letter)
    far = 100 + np.abs(offset) * NUMBERS_A_DEGREE + block.chance["house"] * 100
    number = chosen_numbers(far)
    zips = _zip_codes(block)
    is_corner = block.chance["corner"] < declared["intersections"]
    columns = zip(number, direction, street, suffix, other, zips, is_corner.tolist(), strict=True)
    city = ", LOS ANGELES, CA" if is_case else ""
    full: Texts = [
        f"{s} {k} AT {o} ST{city}, {z}" if corner else f"{n} {d} {s} {k}{city}, {z}"
        for n, d, s, k, o, z, corner in columns
    ]
    parts = {"number": number, "direction": direction, "street": street, "suffix": suffix}
    return {name: blanked(texts, is_corner) for name, texts in parts.items()} | {
        "full": full,
        "zip_code": zips,
    }


def chosen_numbers(distance: NDArray[np.float64]) -> Texts:
    return [str(number) for number in np.minimum(distance, MAX_HOUSE_NUMBER).astype(np.int64).tolist()]


def _zip_codes(block: Block) -> Texts:
    councils = load_councils()
    most = max(len(council.zip_codes) for council in councils)
    table = [council.zip_codes[at % len(council.zip_codes)] for council in councils for at in range(most)]
    # The first ZIP code of a council covers most of it.
    position = (block.chance["zip"] ** 2 * most).astype(np.int64)
    return chosen(table, block.council * most + position)
