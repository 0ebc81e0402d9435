"""``make clean``: stop everything and remove ``.local``; the packages of the system stay."""

from __future__ import annotations

import shutil
import sys

from tools import down
from tools.console import say
from tools.paths import LOCAL
from tools.problem import Problem, guarded
from tools.servers.instance import instances


def main() -> int:
    down.main()
    for instance in instances():
        instance.remove()
    shutil.rmtree(LOCAL, ignore_errors=True)
    if LOCAL.exists():
        raise Problem(f"some of {LOCAL} belongs to another user and stays.")
    say("• .local is removed.")
    return 0


if __name__ == "__main__":
    sys.exit(guarded(main))
