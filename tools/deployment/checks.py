"""Checks, their results, and the printed summary."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tools.console import say
from tools.jobs import Count


class Skipped(Exception):  # noqa: N818  it is none
    """This machine lacks a requirement; the text names it, and where the check runs instead."""


class Failed(Exception):  # noqa: N818  the word that is printed
    """The text explains the failure, in at most a few dozen lines."""


@dataclass(frozen=True)
class Check:
    """``run`` returns a short result, or raises ``Skipped`` or ``Failed``."""

    name: str
    run: Callable[[], str]


def try_check(check: Check) -> Count:
    """Run it and print a line, followed by the reason of a failure."""
    begun = time.monotonic()
    try:
        seen = check.run()
    except Skipped as reason:
        say(f"- {check.name}: skipped: {reason}")
        return Count(skipped=1)
    except Failed as reason:
        say(f"✗ {check.name}: FAILED\n{reason}")
        return Count(failed=1)
    say(f"✓ {check.name}: {seen} ({time.monotonic() - begun:.0f} s)")
    return Count(passed=1)


def run_all(checks: Iterable[Check]) -> int:
    """Run them one after the other; the exit code is 1 when one failed."""
    total = sum((try_check(check) for check in checks), Count())
    say(str(total))
    return 1 if total.failed else 0


def indented(text: str, lines: int = 30) -> str:
    return "\n".join(f"    {line}" for line in text.strip().splitlines()[-lines:])
