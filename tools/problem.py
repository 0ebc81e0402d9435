"""Recoverable failures, whose message contains the fix."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path


class Problem(Exception):  # noqa: N818 - a message, not a defect of the program
    """A recoverable failure; its text, with the fix, is shown without a traceback."""


def guarded(main: Callable[[], int]) -> int:
    """Run a command line: a ``Problem`` becomes its text on stderr and exit code 1, Ctrl-C becomes 130.

    SIGTERM and a closed terminal end it like Ctrl-C, so that it stops what it has started.
    """
    try:
        with _interrupted_by(signal.SIGTERM, signal.SIGHUP):
            return main()
    except Problem as problem:
        sys.stdout.flush()
        print(f"\nProblem: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130


@contextmanager
def _interrupted_by(*numbers: signal.Signals) -> Iterator[None]:
    # nohup ignores SIGHUP on purpose.
    handlers = {number: signal.getsignal(number) for number in numbers}
    before = {number: one for number, one in handlers.items() if one not in (signal.SIG_IGN, None)}
    for number in before:
        signal.signal(number, signal.default_int_handler)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Ignore signals while a command stops: a second Ctrl-C would leave what it has started running."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    handlers = {number: signal.signal(number, signal.SIG_IGN) for number in numbers}
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)


def dispatch(commands: Mapping[str, Callable[[list[str]], int]]) -> int:
    """Run the command that the first argument names, with the others. Raises Problem for an unknown one."""
    name, *arguments = sys.argv[1:] or [""]
    if name not in commands:
        raise Problem(f"a command is needed: {', '.join(commands)}.")
    return commands[name](arguments)


def indented(text: str, count: int = 15) -> str:
    """The last lines of some output, indented for a message."""
    return "\n".join(f"    {line}" for line in text.strip().splitlines()[-count:])


def last_lines(path: Path, count: int = 15) -> str:
    """The end of a log, indented for a message; or that it is empty."""
    text = path.read_text(errors="replace") if path.is_file() else ""
    return indented(text, count) or "    (its log is empty)"
