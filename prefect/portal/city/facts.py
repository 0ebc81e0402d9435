"""The declared shares of ``data/city.toml``, as the arrays that drawing needs."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
FACTS_FILE = Path(__file__).parents[1] / "data" / "city.toml"


@cache
def facts() -> dict[str, Any]:
    """The file's content."""
    return tomllib.loads(FACTS_FILE.read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Choice:
    """Values and their cumulative shares; ``pick`` turns uniform numbers of [0, 1) into positions."""

    values: tuple[str, ...]
    cumulative: Floats

    @classmethod
    def of(cls, shares: Mapping[str, float]) -> Choice:
        return cls(tuple(shares), cumulate(list(shares.values())))

    def pick(self, uniform: Floats) -> Integers:
        return np.searchsorted(self.cumulative, uniform, side="right").astype(np.int64)


def cumulate(weights: Sequence[float] | Floats) -> Floats:
    """Running shares of the whole; the last is just above 1 so that every uniform number finds a place."""
    sums = np.cumsum(np.asarray(weights, dtype=np.float64))
    shares: Floats = sums / sums[-1]
    shares[-1] = 1.0 + 1e-9
    return shares


class Choices:
    """One Choice per group, drawn together: group ``g`` and a uniform number give a position within ``g``."""

    def __init__(self, weights: Sequence[Sequence[float]]) -> None:
        self.sizes = np.array([len(group) for group in weights], dtype=np.int64)
        self.starts = np.concatenate([[0], np.cumsum(self.sizes)[:-1]])
        shares = [np.minimum(cumulate(group), 1.0) + at for at, group in enumerate(weights)]
        self._cumulative = np.concatenate(shares)

    def pick(self, groups: Integers, uniform: Floats) -> Integers:
        found = np.searchsorted(self._cumulative, groups + np.minimum(uniform, 1 - 1e-9), side="right")
        return np.asarray(np.clip(found - self.starts[groups], 0, self.sizes[groups] - 1), dtype=np.int64)
