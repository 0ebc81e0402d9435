"""``make up``: the whole system on this machine, until Ctrl-C or ``make down``.

With ``--detach`` it returns once everything responds and leaves the system running.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from contextlib import ExitStack, suppress
from typing import NoReturn

from tools import environments, log_files, settings
from tools.console import say, step
from tools.file_locks import ensure_folder, exclusive
from tools.migrate import migrate
from tools.paths import ROOT, SERVICES, UP
from tools.plan import Plan, greeting
from tools.problem import Problem, guarded, uninterrupted
from tools.servers import processes
from tools.servers.instance import Instance
from tools.supervisor import Supervisor, TaskError, sweep

INSTANCE = "up"
LOCK = UP / "lock"
SUPERVISOR_PID = UP / "supervisor.pid"
READY = UP / "ready"
# Why the last system ended, unless it was stopped.
FAILURE = UP / "failure"
# What a detached system prints.
OUTPUT = UP / "supervisor.log"
LOGS = UP / "logs"
HEALTH_SECONDS = 90
FRESH_HOURS = 24
SERVED_EXIT_CODES = (60, 70, 80)
"""Of the pipeline (``pipeline.errors``): something is missing, such as a dataset; the rest is served."""
NOT_READY = "It is still starting, or stopping, in another shell."
LAST_LOAD = "SELECT coalesce(extract(epoch FROM now() - last_loaded_at()) / 3600, -1)::int"
LOADED_CITY = "SELECT city_key || ' ' || city_name FROM city WHERE last_loaded_at() IS NOT NULL"


def mark() -> str:
    """The mark in the environment of every process of this checkout's system."""
    return str(UP)


def prepare() -> tuple[Instance, Plan]:
    """Install, start the servers and migrate, before the first program starts."""
    environments.ensure_with_packages(SERVICES)
    chosen = settings.chosen_by_user()
    Plan.of(settings.PORTS | chosen, chosen).check_ports()
    instance = Instance(INSTANCE, is_durable=True)
    with step("Starting PostgreSQL and Redis"):
        instance.start()
    values = settings.local_settings(instance, chosen)
    plan = Plan.of(values, chosen)
    settings.write(values)
    with step("Migrating the database"):
        migrate(instance, plan.database)
    refuse_other_city(instance, plan.database, values.get("CITY", settings.DEFAULT_CITY))
    return instance, plan


def refuse_other_city(instance: Instance, database: str, city: str) -> None:
    """Raise ``Problem`` if the data of another city is loaded, which would be served as this one's."""
    loaded, _, name = instance.sql(LOADED_CITY, database=database).partition(" ")
    if loaded not in ("", city):
        raise Problem(
            f"the database {database} holds the data of {name}, but CITY is {city}.\n"
            f"  Start {name} with `CITY={loaded} make up`, or choose other data for {city}, such as a file\n"
            "  (PORTAL_DATA) of another name."
        )


def hours_since_last_load(instance: Instance, database: str) -> int | None:
    """Age of the newest complete load, or None without one."""
    hours = int(instance.sql(LAST_LOAD, database=database))
    return hours if hours >= 0 else None


def start_all(supervisor: Supervisor, instance: Instance, plan: Plan) -> None:
    """Start in order of dependency; returns when everything responds and there is data."""
    hours = hours_since_last_load(instance, plan.database)
    programs = [*([plan.portal()] if plan.has_portal else []), plan.api(), plan.reports()]
    with step(f"Starting {', '.join(program.name for program in programs)}"):
        for program in programs:
            supervisor.start(program)
        for program in programs:
            supervisor.wait_healthy(program.name, HEALTH_SECONDS)
    if hours is None:
        with step(f"Loading data for the first time (log: {LOGS / 'flow.log'})"):
            load_first_time(supervisor, plan)
    elif hours >= FRESH_HOURS:
        say(f"• The data is {hours} hours old: an ingest run has started (log: {LOGS / 'flow.log'})")
        supervisor.start(plan.ingest())
    else:
        say(f"• The data is {hours} hours old; `make ingest` loads what has changed since")


def load_first_time(supervisor: Supervisor, plan: Plan) -> None:
    """Run the pipeline; what it could load is served, even if a dataset or the files are missing."""
    try:
        supervisor.run(plan.ingest())
    except TaskError as problem:
        if problem.exit_code not in SERVED_EXIT_CODES:
            raise
        say(f"Problem: {problem}\n  Everything else is served; `make ingest` tries again.")


def watch(supervisor: Supervisor, instance: Instance) -> NoReturn:
    """Watch the programs, the servers and the sizes of their logs until interrupted.

    Raises ``Problem`` if one of them ends.
    """
    while True:
        for log in (*LOGS.glob("*.log"), instance.postgres.log, instance.redis.log):
            log_files.bound(log)
        instance.check()
        supervisor.check()
        if "flow" in supervisor.running:
            _report_ingest(supervisor)
        time.sleep(0.5)


def _report_ingest(supervisor: Supervisor) -> None:
    try:
        if supervisor.collect("flow"):
            say("• The ingest run has finished.")
    except TaskError as problem:
        is_served = problem.exit_code in SERVED_EXIT_CODES
        served = "Everything else is served" if is_served else "The data of the last successful run stays"
        say(f"Problem: {problem}\n  {served}; `make ingest` tries again.")


def supervise() -> int:
    """Run the system in this process until a signal, or until a part of it fails."""
    SUPERVISOR_PID.write_text(str(os.getpid()))
    ensure_folder(LOGS)
    sweep(mark())
    supervisor = Supervisor(mark(), LOGS, {})
    try:
        instance, plan = prepare()
        supervisor.environment = settings.environment(plan.values)
        start_all(supervisor, instance, plan)
        say(greeting(plan))
        READY.write_text(greeting(plan))
        watch(supervisor, instance)
    except KeyboardInterrupt:
        say("\n• Stopping")
        return 0
    except Exception as error:
        _keep(error)
        raise
    finally:
        with uninterrupted(), ExitStack() as last:
            last.callback(SUPERVISOR_PID.unlink, missing_ok=True)
            last.callback(_stop_servers)
            READY.unlink(missing_ok=True)
            supervisor.stop()


def _keep(error: Exception) -> None:
    # The disk may be full.
    with suppress(OSError):
        FAILURE.write_text(str(error) if isinstance(error, Problem) else repr(error))


def _stop_servers() -> None:
    if Instance(INSTANCE).exists():
        Instance(INSTANCE).stop()
        say("• Everything is stopped; the data is kept.")


def detach() -> int:
    """Start the supervisor as a separate process, and show its output until everything responds."""
    with OUTPUT.open("wb") as file:
        command = [sys.executable, "-u", "-m", "tools.up", "--detached"]
        process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=file, stderr=file, start_new_session=True
        )
    with OUTPUT.open() as log:
        try:
            while process.poll() is None and not READY.exists():
                print(log.read(), end="", flush=True)
                time.sleep(0.1)
        except KeyboardInterrupt:
            process.terminate()
            process.wait()
        print(log.read(), end="", flush=True)
    return process.poll() or 0


def is_supervised() -> bool:
    """Whether a ``make up`` is in progress, ready or not.

    Without the lock: a ``make up`` that begins at this moment would find it held.
    """
    try:
        return processes.works_in(int(SUPERVISOR_PID.read_text()), ROOT)
    except (OSError, ValueError):
        return False


def already_running() -> int:
    """Print that the system is running, and its addresses."""
    processes.wait_until(READY.exists, seconds=1)
    text = READY.read_text() if READY.exists() else f"  {NOT_READY}"
    say(f"Already running (`make down` stops it).\n{text}")
    return 0


def _forget_earlier_system(*, keeps_output: bool) -> None:
    for path in (READY, FAILURE, *(() if keeps_output else (OUTPUT,))):
        path.unlink(missing_ok=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python3 -m tools.up", description=__doc__)
    parser.add_argument("--detach", action="store_true", help="return when everything responds")
    parser.add_argument("--detached", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    ensure_folder(UP)
    with exclusive(LOCK, is_waiting=False) as is_ours:
        if not is_ours:
            return already_running()
        _forget_earlier_system(keeps_output=arguments.detached)
        if not arguments.detach:
            return supervise()
    return detach()


if __name__ == "__main__":
    sys.exit(guarded(main))
