"""Colours: those of ``request_types.color``, with any that two types share told apart."""

from __future__ import annotations

from itertools import cycle

from data.table import Table

ACCENT = "#1D6996"
SECOND = "#C4501B"
OTHERS = "#8A8F94"
UNREVIEWED = "#7F7F7F"
"""The colour in ``request_types`` of types that nobody has looked at yet: all the same."""

# For what has no colour of its own; each differs clearly from all colours of the seeded types.
SPARE = ("#4FB6E8", "#C9B200", "#5C3A1E", "#F29EA8", "#2B3A8C", "#8FE3B0", "#D6249F", "#4D5A12")
SEQUENCE = ("#1D6996", "#C4501B", "#11975F", "#685DB1", "#B88600", "#BF5A9F", "#4FA3C8", "#7A4B2A")


def type_colors(types: Table) -> dict[int, str]:
    """Type id → colour; the first of two types with one colour keeps it, the other gets a spare one.

    Types that nobody has looked at yet take turns with the spare ones, always the same.
    """
    spare = cycle(SPARE)
    used = {UNREVIEWED}
    colors = {}
    for row in sorted(types, key=lambda row: int(row["type_id"])):
        color = row["color"].upper()
        colors[int(row["type_id"])] = next(spare) if color in used else color
        used.add(color)
    return colors


def in_turn(count: int) -> list[str]:
    """As many colours as asked for, from the sequence, over and over."""
    return [SEQUENCE[place % len(SEQUENCE)] for place in range(count)]
