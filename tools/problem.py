"""Recoverable failures, whose message contains the fix."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import FrameType

Handler = signal.Handlers | Callable[[int, FrameType | None], None]


class Problem(Exception):  # noqa: N818 - a message, not a defect of the program
    """A recoverable failure; its text, with the fix, is shown without a traceback."""


def guarded(main: Callable[[], int]) -> int:
    """Run a command line: a ``Problem`` becomes its text on stderr and exit code 1, Ctrl-C becomes 130.

    SIGTERM and a closed terminal end it like Ctrl-C, so that it stops what it has started.
    """
    try:
        # nohup ignores SIGHUP on purpose.
        numbers = [one for one in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(one) != signal.SIG_IGN]
        with _handled(signal.default_int_handler, *numbers):
            return main()
    except Problem as problem:
        sys.stdout.flush()
        print(f"\nProblem: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130


def uninterrupted() -> AbstractContextManager[None]:
    """Ignore signals while a command stops: a second Ctrl-C would leave what it has started running."""
    return _handled(signal.SIG_IGN, signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def _handled(handler: Handler, *numbers: signal.Signals) -> Iterator[None]:
    """Handle these signals this way for the block."""
    before = {number: signal.signal(number, handler) for number in numbers}
    try:
        yield
    finally:
        for number, earlier in before.items():
            # None: it was not set by Python, which cannot set it again.
            if earlier is not None:
                signal.signal(number, earlier)


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
