"""The declared counts and shares of ``data/city.toml``, as the arrays that drawing needs."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
FACTS_FILE = Path(__file__).parents[1] / "data" / "city.toml"
FIT_ROUNDS = 300


@cache
def facts() -> dict[str, Any]:
    """The file's content."""
    return tomllib.loads(FACTS_FILE.read_text(encoding="utf-8"))


def cumulate(weights: Sequence[float] | Floats) -> Floats:
    """Cumulative shares; the last is just above 1, so that every uniform number falls below it."""
    sums = np.cumsum(np.asarray(weights, dtype=np.float64))
    shares: Floats = sums / sums[-1]
    shares[-1] = 1.0 + 1e-9
    return shares


def fitted(affinity: Floats, rows: Floats, columns: Floats) -> Floats:
    """The table closest to ``affinity`` with the given totals of rows and columns (scaled to ``rows``).

    This gives every type plausible owners while every owner keeps its documented share.
    """
    table = affinity.astype(np.float64)
    wanted = columns * rows.sum() / columns.sum()
    for _ in range(FIT_ROUNDS):
        table *= (rows / table.sum(axis=1))[:, None]
        table *= wanted / table.sum(axis=0)
    return table


class Choices:
    """One choice per group, drawn in bulk: group ``g`` and a uniform number give a position within ``g``."""

    def __init__(self, weights: Iterable[Sequence[float] | Floats]) -> None:
        groups = list(weights)
        self.sizes = np.array([len(group) for group in groups], dtype=np.int64)
        self.starts = np.concatenate([[0], np.cumsum(self.sizes)[:-1]])
        shares = [np.minimum(cumulate(group), 1.0) + at for at, group in enumerate(groups)]
        self._cumulative = np.concatenate(shares)

    @classmethod
    def of(cls, groups: Sequence[Mapping[str, float]], names: Sequence[str]) -> Choices:
        """A choice among ``names`` for each group of named weights."""
        return cls([[group.get(name, 0.0) for name in names] for group in groups])

    def pick(self, groups: Integers, uniform: Floats) -> Integers:
        found = np.searchsorted(self._cumulative, groups + np.minimum(uniform, 1 - 1e-9), side="right")
        return np.asarray(np.clip(found - self.starts[groups], 0, self.sizes[groups] - 1), dtype=np.int64)


def names_of(groups: Iterable[Mapping[str, object]]) -> list[str]:
    """Every name of the groups once, in order."""
    return list(dict.fromkeys(name for group in groups for name in group))
