"""Type colours are those of the reference data, and any two can be told apart."""

from __future__ import annotations

import csv
from itertools import combinations

from support.serving import DASH

from data.table import Table
from figures.colors import SEQUENCE, SPARE, UNREVIEWED, type_colors

SEED = DASH.parent / "api" / "alembic" / "seeds" / "request_types.csv"
# Distance in CIE Lab; 2.3 is what an eye can just tell apart.
CLEARLY = 10.0


def seeded() -> list[tuple[int, str]]:
    with SEED.open() as file:
        return [(int(row["type_id"]), row["color"]) for row in csv.DictReader(file)]


def table(rows: list[tuple[int, str]]) -> Table:
    return Table.of(("type_id", "color"), rows)


def lab(color: str) -> tuple[float, float, float]:
    red, green, blue = (_linear(int(color[place : place + 2], 16) / 255) for place in (1, 3, 5))
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089
    fx, fy, fz = (value ** (1 / 3) if value > 0.008856 else 7.787 * value + 16 / 116 for value in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def distance(one: str, other: str) -> float:
    return sum((a - b) ** 2 for a, b in zip(lab(one), lab(other), strict=True)) ** 0.5


def test_the_two_types_of_one_colour_are_told_apart() -> None:
    rows = seeded()
    colors = type_colors(table(rows))
    assert dict(rows)[9] == dict(rows)[10] == "#EDAD08"
    assert (colors[9], colors[10]) == ("#EDAD08", SPARE[0])


def test_all_others_keep_the_colour_that_the_api_names() -> None:
    rows = seeded()
    colors = type_colors(table(rows))
    assert {number: color for number, color in rows if number != 10} == {
        number: color for number, color in colors.items() if number != 10
    }


def test_any_two_seeded_types_and_any_two_lines_can_be_told_apart() -> None:
    colors = list(type_colors(table(seeded())).values())
    for one, other in [*combinations(colors, 2), *combinations(SEQUENCE, 2), *combinations(SPARE, 2)]:
        assert distance(one, other) > CLEARLY, (one, other)


def test_new_types_take_turns_with_spare_colours() -> None:
    rows = [*seeded(), (1001, UNREVIEWED), (1002, UNREVIEWED)]
    colors = type_colors(table(rows))
    assert colors[1001] != colors[1002]
    assert UNREVIEWED not in colors.values()
    assert type_colors(table(rows[::-1])) == colors
