"""``make up``: the whole system on this machine, until Ctrl-C or ``make down``.

With ``--detach`` it returns once everything answers and leaves the system running.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from tools import apt, environments, settings
from tools.console import say, step
from tools.file_locks import ensure_folder, exclusive_or_busy
from tools.migrate import migrate
from tools.paths import ROOT, SERVICES, UP
from tools.plan import Plan, greeting
from tools.problem import Problem, guarded
from tools.servers import processes
from tools.servers.instance import Instance
from tools.supervisor import Supervisor, sweep

INSTANCE = "up"
LOCK = UP / "lock"
SUPERVISOR_PID = UP / "supervisor.pid"
READY = UP / "ready"
LOGS = UP / "logs"
HEALTH_SECONDS = 90
FRESH_HOURS = 24
LAST_NIGHT = """
SELECT coalesce(extract(epoch FROM now() - max(finished_at)) / 3600, -1)::int
  FROM load_runs WHERE status = 'succeeded'
"""


def mark() -> str:
    """What every process of this checkout's system carries in its environment."""
    return str(UP)


def prepare() -> tuple[Instance, Plan]:
    """Everything that must be there before the first program starts."""
    apt.ensure()
    environments.ensure(SERVICES)
    chosen = settings.chosen_by_person()
    Plan.of(settings.PORTS | chosen, chosen).check_ports()
    instance = Instance(INSTANCE, is_durable=True)
    with step("Starting PostgreSQL and Redis"):
        instance.start()
    values = settings.local_settings(instance, chosen)
    plan = Plan.of(values, chosen)
    settings.write(values)
    with step("Bringing the database to the newest schema"):
        migrate(instance, plan.database)
    return instance, plan


def hours_since_last_night(instance: Instance, database: str) -> int | None:
    """Age of the newest complete load, or nothing when there is none."""
    hours = int(instance.sql(LAST_NIGHT, database=database))
    return hours if hours >= 0 else None


def start_all(supervisor: Supervisor, instance: Instance, plan: Plan) -> None:
    """Start in the order in which they need each other; returns when everything answers and there is data."""
    hours = hours_since_last_night(instance, plan.database)
    programs = [*([plan.portal()] if plan.has_portal else []), plan.api(), plan.reports()]
    with step(f"Starting {', '.join(program.name for program in programs)}"):
        for program in programs:
            supervisor.start(program)
        for program in programs:
            supervisor.wait_healthy(program.name, HEALTH_SECONDS)
    if hours is None:
        with step(f"Running the nightly flow for the first time (log: {LOGS / 'flow.log'})"):
            supervisor.run(plan.night())
    elif hours >= FRESH_HOURS:
        say(f"• The data is {hours} hours old: the nightly flow runs beside (log: {LOGS / 'flow.log'})")
        supervisor.start(plan.night())
    else:
        say(f"• The data is {hours} hours old and stays; `make night` fetches what changed since")


def watch(supervisor: Supervisor) -> NoReturn:
    """Stay until interrupted; ``Problem`` when a program ends."""
    while True:
        supervisor.check()
        if "flow" in supervisor.running:
            _report_night(supervisor)
        time.sleep(0.5)


def _report_night(supervisor: Supervisor) -> None:
    try:
        if supervisor.collect("flow"):
            say("• The nightly flow has finished.")
    except Problem as problem:
        say(f"Problem: {problem}\n  The data of the last good night stays; `make night` tries again.")


@contextmanager
def interruptible() -> Iterator[None]:
    """SIGTERM and a closed terminal end the run as Ctrl-C does."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    try:
        yield
    finally:
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)


def supervise() -> int:
    """Run the system in this process until it is told to stop, or a part of it fails."""
    SUPERVISOR_PID.write_text(str(os.getpid()))
    ensure_folder(LOGS)
    sweep(mark())
    supervisor = Supervisor(mark(), LOGS, {})
    try:
        with interruptible():
            instance, plan = prepare()
            supervisor.environment = settings.environment(plan.values)
            start_all(supervisor, instance, plan)
            say(greeting(plan))
            READY.write_text(greeting(plan))
            watch(supervisor)
    except KeyboardInterrupt:
        say("\n• Stopping")
        return 0
    finally:
        READY.unlink(missing_ok=True)
        supervisor.stop()
        if Instance(INSTANCE).exists():
            Instance(INSTANCE).stop()
            say("• Everything is stopped; the data is kept.")
        SUPERVISOR_PID.unlink(missing_ok=True)


def detach() -> int:
    """Start the supervisor as a process of its own and pass on what it says until everything answers."""
    output = UP / "supervisor.log"
    with output.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-u", "-m", "tools.up"],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    with output.open() as said:
        try:
            while process.poll() is None and not READY.exists():
                sys.stdout.write(said.read())
                sys.stdout.flush()
                time.sleep(0.1)
        except KeyboardInterrupt:
            process.terminate()
            process.wait()
        sys.stdout.write(said.read())
    return process.poll() or 0


def already_running() -> int:
    """Say so, and what to open."""
    processes.wait_until(READY.exists, seconds=1)
    text = READY.read_text() if READY.exists() else "  It is still starting, or stopping, in another shell."
    say(f"Already running (`make down` stops it).\n{text}")
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python3 -m tools.up", description=__doc__)
    parser.add_argument("--detach", action="store_true", help="return when everything answers")
    arguments = parser.parse_args()
    ensure_folder(UP)
    with exclusive_or_busy(LOCK) as is_ours:
        if not is_ours:
            return already_running()
        READY.unlink(missing_ok=True)
        if not arguments.detach:
            return supervise()
    return detach()


if __name__ == "__main__":
    sys.exit(guarded(main))
