"""Progress messages, one line per step."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

_last = [""]


def say(text: str) -> None:
    """Print without buffering, so that a log can be followed."""
    _last[0] = text
    print(text, flush=True)


@contextmanager
def step(text: str) -> Iterator[None]:
    """Announce a step and, if it took a second or more, its duration; repeats its name after other lines."""
    announced = f"• {text}"
    say(announced)
    started = time.monotonic()
    yield
    seconds = time.monotonic() - started
    if seconds >= 1:
        say(
            f"  done in {seconds:.0f} s" if _last[0] == announced else f"{announced}: done in {seconds:.0f} s"
        )
