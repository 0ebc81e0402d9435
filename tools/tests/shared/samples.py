"""Which variants of a test run at each change; the suites of all services import this module."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest


def first(values: Iterable[Any], count: int = 1) -> list[Any]:
    """Parameters of a test: `make test` tests the first ones, `make test-slow` the others."""
    return _sample(values, lambda place: place < count)


def sampled(values: Iterable[Any], every: int, start: int = 0) -> list[Any]:
    """Parameters of a test: every nth value is tested by `make test`, the others by `make test-slow`."""
    return _sample(values, lambda place: place % every == start)


def _sample(values: Iterable[Any], is_chosen: Callable[[int], bool]) -> list[Any]:
    return [
        value if is_chosen(place) else pytest.param(*_arguments(value), marks=pytest.mark.slow)
        for place, value in enumerate(values)
    ]


def _arguments(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)
