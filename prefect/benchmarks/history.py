"""Runs that record no history: the baseline for the cost of the history."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pipeline import changes
from pipeline.database import Connection


@contextmanager
def without_history() -> Iterator[None]:
    """Disable the recording of changes for merges inside the block."""
    recorded = changes.append_differences
    changes.append_differences = _record_nothing
    try:
        yield
    finally:
        changes.append_differences = recorded


def _record_nothing(connection: Connection) -> int:  # noqa: ARG001  the signature of the replaced function
    return 0
