"""Histograms of whole days: bins, quartiles and outliers of counted values."""

from __future__ import annotations

from collections.abc import Mapping

MOST_BINS = 30
Cells = Mapping[int, int]
"""Days → how many requests took so long."""


def bins(largest: int) -> list[range]:
    """Bins of equal width, in whole days, from 0 to the largest number of days."""
    width = largest // MOST_BINS + 1
    return [range(start, start + width) for start in range(0, largest + 1, width)]


def label(one: range) -> str:
    """5, or 5 to 9."""
    return str(one.start) if len(one) == 1 else f"{one.start} to {one.stop - 1}"


def quantile(cells: Cells, share: float) -> int:
    """The smallest number of days within which that share was closed; 0 of nothing."""
    total, reached = sum(cells.values()), 0
    for days in sorted(cells):
        reached += cells[days]
        if reached >= share * total:
            return days
    return 0


def median(cells: Cells) -> int:
    return quantile(cells, 0.5)


def without_outliers(cells: Cells) -> dict[int, int]:
    """Without what lies more than 1.5 times the distance of the quartiles beyond them (Tukey's fences)."""
    low, high = quantile(cells, 0.25), quantile(cells, 0.75)
    reach = 1.5 * (high - low)
    return {days: number for days, number in cells.items() if low - reach <= days <= high + reach}
