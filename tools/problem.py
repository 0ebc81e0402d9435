"""Failures that a person can do something about."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path


class Problem(Exception):  # noqa: N818 - it is a message to a person, not a defect of the program
    """Something the person has to know or do; shown without a traceback."""


def guarded(main: Callable[[], int]) -> int:
    """Run a command line: a ``Problem`` becomes its text on stderr and exit code 1, Ctrl-C becomes 130."""
    try:
        return main()
    except Problem as problem:
        sys.stdout.flush()
        print(f"\nProblem: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130


def last_lines(path: Path, count: int = 15) -> str:
    """The end of a log, indented, for a message; says so when there is none."""
    try:
        lines = path.read_text(errors="replace").splitlines()[-count:]
    except OSError:
        lines = []
    return "\n".join(f"    {line}" for line in lines) or "    (its log is empty)"
