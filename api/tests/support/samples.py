"""Which variants of a test run at each change."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def first(values: Iterable[Any], count: int = 1) -> list[Any]:
    """Parameters of a test: `make test` tests the first ones, `make test-slow` the others."""
    return [
        value if place < count else pytest.param(*_arguments(value), marks=pytest.mark.slow)
        for place, value in enumerate(values)
    ]


def _arguments(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)
