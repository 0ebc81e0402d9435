"""Commands for the system that ``make up`` runs.

python3 -m tools.session ingest [ARGUMENT…] | screenshots [ARGUMENT…] | psql [ROLE] | logs | status
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

from tools import apt, settings
from tools.console import say
from tools.file_locks import exclusive
from tools.paths import ENV_FILE, ROOT, python_of
from tools.problem import Problem, dispatch, guarded, uninterrupted
from tools.servers.instance import Instance
from tools.servers.programs import client
from tools.supervisor import MARK, STOP_SECONDS
from tools.up import (
    FAILURE,
    INSTANCE,
    LOCK,
    LOGS,
    NOT_READY,
    OUTPUT,
    READY,
    SUPERVISOR_PID,
    is_supervised,
    mark,
)

ROLE_SETTING = {
    "owner": "DATABASE_URL",
    "loader": "DATABASE_LOADER_URL",
    "reader": "DATABASE_READER_URL",
}


def is_running() -> bool:
    """Whether the database of ``make up`` is running."""
    instance = Instance(INSTANCE)
    return instance.exists() and instance.postgres.pid() is not None


def is_ready() -> bool:
    """Whether everything responded at the start, and a ``make up`` is still watching it."""
    if not (READY.exists() and Instance(INSTANCE).is_running()):
        return False
    with exclusive(LOCK, is_waiting=False) as is_free:
        return not is_free


def running_settings() -> dict[str, str]:
    """The running system's settings. Raises ``Problem`` when it is not running."""
    if not is_running():
        raise Problem("the system is not running; start it with `make up`.")
    return settings.read(ENV_FILE)


def _run(service: str, *command: str) -> int:
    # `make down` ends what has the mark before the database.
    environment = settings.environment(running_settings()) | {MARK: mark()}
    words = [str(python_of(service)), *command]
    with subprocess.Popen(words, cwd=ROOT / service, env=environment) as process:
        try:
            return process.wait()
        except KeyboardInterrupt:
            return _end_of_interrupted(process)


def _end_of_interrupted(process: subprocess.Popen[bytes]) -> int:
    """The exit code of a program that usually got the same signal, and first records how it ends."""
    with uninterrupted():
        for end in (process.terminate, process.kill):
            try:
                return process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                end()
        return process.wait()


def ingest(arguments: list[str]) -> int:
    return _run("prefect", "flow.py", *arguments)


def screenshots(arguments: list[str]) -> int:
    apt.ensure("browser")
    return _run("dash", "-m", "screenshots", *arguments)


def psql(arguments: list[str]) -> int:
    role = arguments[0] if arguments else "owner"
    if role not in ROLE_SETTING:
        raise Problem(f"no such role: {role!r}; choose from {', '.join(ROLE_SETTING)}.")
    command, password = client("psql", running_settings()[ROLE_SETTING[role]])
    os.execve(command[0], command, os.environ | password)  # noqa: S606


def logs(_: list[str]) -> int:
    files = [*sorted(LOGS.glob("*.log")), *([OUTPUT] if OUTPUT.exists() else [])]
    if not files:
        raise Problem("there are no logs yet; `make up` writes them.")
    os.execvp("tail", ["tail", "-n", "20", "-F", *map(str, files)])  # noqa: S606


def status(_: list[str]) -> int:
    if not is_ready():
        say(NOT_READY if is_supervised() else f"Not running; `make up` starts it.{_end_of_the_last()}")
        return 1
    say(READY.read_text())
    return 0


def _end_of_the_last() -> str:
    """Why the last system ended, unless it was stopped, and where it says more."""
    if FAILURE.exists():
        how = f"The last one ended with a problem: {FAILURE.read_text()}"
    elif SUPERVISOR_PID.exists():
        how = "The last one was killed; `make down` stops what it has left behind."
    else:
        return ""
    return f"\n{how}" + (f"\nIts output is in {OUTPUT}." if OUTPUT.exists() else "")


COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "ingest": ingest,
    "screenshots": screenshots,
    "psql": psql,
    "logs": logs,
    "status": status,
}


if __name__ == "__main__":
    sys.exit(guarded(lambda: dispatch(COMMANDS)))
