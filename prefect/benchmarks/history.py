"""Runs that record no history: the yardstick of what the history costs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pipeline import changes
from pipeline.database import Connection


@contextmanager
def without_history() -> Iterator[None]:
    """Merge without recording changes while the block runs."""
    recorded = changes.append_differences
    changes.append_differences = _record_nothing
    try:
        yield
    finally:
        changes.append_differences = recorded


def _record_nothing(connection: Connection) -> int:  # noqa: ARG001  the signature of what it stands for
    return 0
