"""Colors that can be distinguished on the light and the dark card, and by readers with deuteranopia.

A test measures contrast (at least 3:1 in both schemes) and the distance between any two.
"""

from __future__ import annotations

ACCENT = "#2478B4"
PALE = "rgba(36, 120, 180, 0.3)"
"""The accent as a fill behind lines of its own color."""
SECOND = "#C08400"
THIRD = "#248454"
OTHERS = "#848490"
BEFORE = "#E46C60"
"""For comparison values: dashed lines and marks across bars."""
SEQUENCE = (ACCENT, SECOND, THIRD, "#B478C0", "#E46C60", "#607800", "#6C84FC")
"""For lines that must be distinguished; with the gray of "Others", eight."""
# From pale to strong; the strong end stands out on a dark card too.
SCALE = ((0.0, "#FBF1E3"), (0.25, "#F6D3A4"), (0.5, "#EBAA5C"), (0.75, "#D97F22"), (1.0, "#B4500F"))


def cycle_colors(count: int) -> list[str]:
    """As many colors as needed, cycling through the sequence."""
    return [SEQUENCE[place % len(SEQUENCE)] for place in range(count)]
