"""Addresses of all pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from pages import reports

PATHS = ["/", *(report.path for report in reports())]


def sampled(values: Sequence[Any], every: int, start: int = 0) -> list[Any]:
    """Parameters of a test: every nth value is tested by `make test`, the others by `make test-slow`."""
    return [
        value if place % every == start else pytest.param(*_arguments(value), marks=pytest.mark.slow)
        for place, value in enumerate(values)
    ]


def _arguments(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)
