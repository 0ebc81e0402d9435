"""Damaged rows, as the city publishes them: every kind that a pipeline has to handle."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from portal.city.draw import Block
from portal.city.facts import Integers
from portal.city.legacy_rows import Table
from portal.datasets import published_columns
from portal.schemas import Schema

DEFAULT_BAD_SHARE = 0.005
FAR_FUTURE = "3020-03-14T08:15:00.000"
NEXT_DECADE = "2036-03-14T08:15:00.000"
ODD_TEXTS = (
    "O'MALLEY'S \"CORNER\" ST, 90012",
    "CAÑON DE LA PEÑA № 5 — 東京通り 🙂, 90012",
    "LINE ONE\nLINE TWO\r\n\tTABBED, 90012",
    "NUL \x00 INSIDE, 90012",
    "BACK\\SLASH \\N, COMMA; 100% $1 {0}, 90012",
    "'; DROP TABLE requests; --",
)


Parts = Mapping[str, str]
"""The published column of each column of the pipeline's own table."""
Damage = Callable[[Table, Parts, int], None]


def damage_rows(table: Table, schema: Schema, block: Block, share: float) -> None:
    """Damage a share of the rows in place; the block's random draw decides which rows, and how."""
    parts = published_columns(schema)
    hit: Integers = np.flatnonzero(block.chance["bad"] < share)
    names = list(DAMAGES)
    for at in hit.tolist():
        damage = names[int(block.chance["bad_detail"][at] * len(names))]
        DAMAGES[damage](table, parts, at)


def _put(part: str, value: str | None) -> Damage:
    """Set a column, by the pipeline's name for it."""

    def damage(table: Table, parts: Parts, at: int) -> None:
        table[parts[part]][at] = value

    return damage


def _put_published(name: str, value: str | None) -> Damage:
    """Set a column, by its published name."""

    def damage(table: Table, _parts: Parts, at: int) -> None:
        table[name][at] = value

    return damage


def _at(latitude: str | None, longitude: str | None) -> Damage:
    def damage(table: Table, parts: Parts, at: int) -> None:
        table[parts["latitude"]][at], table[parts["longitude"]][at] = latitude, longitude

    return damage


def _swapped(table: Table, parts: Parts, at: int) -> None:
    table[parts["latitude"]][at], table[parts["longitude"]][at] = (
        table[parts["longitude"]][at],
        table[parts["latitude"]][at],
    )


def _closed_first(table: Table, _parts: Parts, at: int) -> None:
    table["closeddate"][at] = "2014-12-31T10:00:00.000"


def _long_key(table: Table, parts: Parts, at: int) -> None:
    table[parts["srnumber"]][at] = f"{table[parts['srnumber']][at]}-{'0123456789' * 6}"


def _long_address(table: Table, parts: Parts, at: int) -> None:
    table[parts["address"]][at] = f"{table[parts['address']][at]} {'NEAR THE SECOND ENTRANCE ' * 20}"


def _odd_text(table: Table, parts: Parts, at: int) -> None:
    table[parts["address"]][at] = ODD_TEXTS[at % len(ODD_TEXTS)]


def _repeated(newer: bool) -> Damage:
    """Replace the row with an older or newer version of the preceding request."""

    def damage(table: Table, parts: Parts, at: int) -> None:
        if at == 0:
            return
        for name, column in table.items():
            if not name.startswith(":"):
                column[at] = column[at - 1]
        if newer:
            table[parts["actiontaken"]][at] = "SR Updated"
            table[":updated_at"][at] = max(str(table[":updated_at"][at]), str(table[":updated_at"][at - 1]))
        else:
            table["status"][at], table["closeddate"][at] = "Open", None
            table[":updated_at"][at] = table[":created_at"][at - 1]

    return damage


DAMAGES: dict[str, Damage] = {
    "update_time_missing": _put("updateddate", None),
    "update_time_in_3020": _put("updateddate", FAR_FUTURE),
    "update_time_not_a_time": _put("updateddate", "yesterday"),
    "coordinates_zero": _at("0", "0"),
    "coordinates_swapped": _swapped,
    "coordinates_far_away": _at("32.71574", "-117.16108"),
    "coordinates_in_new_zealand": _at("-38.0022", "174.7597"),
    "coordinates_not_numbers": _at("N/A", "unknown"),
    "coordinates_not_finite": _at("NaN", "Infinity"),
    "longitude_missing": _put("longitude", None),
    "closed_before_created": _closed_first,
    "closed_in_3020": _put_published("closeddate", FAR_FUTURE),
    "closed_in_1900": _put_published("closeddate", "1900-01-01T00:00:00.000"),
    "created_in_the_future": _put_published("createddate", NEXT_DECADE),
    "number_missing": _put("srnumber", None),
    "number_blank": _put("srnumber", "  "),
    "number_long": _long_key,
    "created_missing": _put_published("createddate", None),
    "created_not_a_time": _put_published("createddate", "not a date"),
    "created_impossible": _put_published("createddate", "2020-13-45T25:61:00.000"),
    "type_unknown": _put("requesttype", "Space Debris"),
    "type_missing": _put("requesttype", None),
    "owner_unknown": _put("owner", "DOG CATCHER'S OFFICE"),
    "owner_missing": _put("owner", None),
    "source_unknown": _put("requestsource", "Carrier Pigeon"),
    "source_missing": _put("requestsource", None),
    "council_padded": _put("nc", "  52"),
    "council_not_a_code": _put("nc", "N/A"),
    "council_unknown": _put("nc", "9999"),
    "address_missing": _put("address", None),
    "address_long": _long_address,
    "address_odd": _odd_text,
    "repeated_older": _repeated(newer=False),
    "repeated_newer": _repeated(newer=True),
}
