"""The room of horizontal bars: lines of their names, heights, and the side of the scale."""

from __future__ import annotations

import re
from collections.abc import Sequence

ROW, LINE = 24, 15
"""Pixels of a bar whose name has one line, and of each line of longer names."""
LEGEND_ROW = 20
AXIS_ROOM = 70
SMALLEST = 120
BOX = 470
"""Pixels of a figure that the style sheet shows at once; taller ones scroll."""
WRAP_AT = 20
PIECE = re.compile(r"\S+?(?:[/-]+(?=\w)|\s+|$)")
"""A part of a text after which a line may end."""


def lines(text: str) -> list[str]:
    """Lines of words; those that are longer than a line are not broken."""
    found = [""]
    for piece in PIECE.findall(text):
        if found[-1] and len((found[-1] + piece).rstrip()) > WRAP_AT:
            found.append("")
        found[-1] += piece
    return [line.rstrip() for line in found]


def row_of(shown: Sequence[str]) -> int:
    """The height of each row, which has room for the name with the most lines."""
    return max(ROW, LINE * max((len(lines(name)) for name in shown), default=1))


def side_of(height: int) -> str:
    """The side of the scale, which must stay visible in figures that scroll."""
    return "top" if height > BOX else "bottom"


def height_of(shown: Sequence[str], *, legend: int = 0) -> int:
    """The height of a figure with a horizontal bar for each name, and of a legend with this many names.

    On a phone each name of a legend has a row of its own. Plotly cuts off a legend that takes over half of
    the height.
    """
    above = LEGEND_ROW * legend
    return max(SMALLEST + above, len(shown) * row_of(shown) + AXIS_ROOM + above, 2 * above)
