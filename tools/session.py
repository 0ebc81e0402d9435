"""Looking at, and working with, the system that ``make up`` runs.

python3 -m tools.session night [ARGUMENT…] | psql [owner|loader|reader] | logs | status
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

from tools import settings
from tools.console import say
from tools.paths import ENV_FILE, ROOT, UP, python_of
from tools.problem import Problem, guarded
from tools.servers.instance import Instance
from tools.servers.programs import postgres_programs

ROLE_SETTING = {
    "owner": "DATABASE_URL",
    "loader": "DATABASE_LOADER_URL",
    "reader": "DATABASE_READER_URL",
}


def running_settings() -> dict[str, str]:
    """The running system's settings; ``Problem`` when nothing runs."""
    instance = Instance("up")
    if not (instance.exists() and instance.postgres.pid()):
        raise Problem("the system is not running; `make up` starts it.")
    return settings.read(ENV_FILE)


def night(arguments: list[str]) -> int:
    environment = settings.environment(running_settings())
    command = [str(python_of("prefect")), "flow.py", *arguments]
    return subprocess.run(command, cwd=ROOT / "prefect", env=environment, check=False).returncode


def psql(arguments: list[str]) -> int:
    role = arguments[0] if arguments else "owner"
    if role not in ROLE_SETTING:
        raise Problem(f"{role!r} is no role: {', '.join(ROLE_SETTING)}.")
    address = running_settings()[ROLE_SETTING[role]]
    os.execv(postgres_programs() / "psql", ["psql", address])  # noqa: S606


def logs(_: list[str]) -> int:
    files = sorted(str(path) for path in (UP / "logs").glob("*.log"))
    if not files:
        raise Problem("there are no logs yet; `make up` writes them.")
    os.execvp("tail", ["tail", "-n", "20", "-F", *files])  # noqa: S606


def status(_: list[str]) -> int:
    ready = UP / "ready"
    if not ready.exists():
        say("Not running; `make up` starts it.")
        return 1
    say(ready.read_text())
    return 0


COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "night": night,
    "psql": psql,
    "logs": logs,
    "status": status,
}


def main() -> int:
    name, *arguments = sys.argv[1:] or [""]
    if name not in COMMANDS:
        raise Problem(f"one of {', '.join(COMMANDS)} is needed.")
    return COMMANDS[name](arguments)


if __name__ == "__main__":
    sys.exit(guarded(main))
