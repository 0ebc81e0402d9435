"""``make load``: the visitors of ``locust/`` against a fresh system, with a night meanwhile, and a verdict.

make load ARGS="[--visitors N] [--rows N] [--seconds N] [--changed N] [--smoke] [LOCUST_ARGUMENT…]"
make load ARGS="--url https://… [LOCUST_ARGUMENT…]"     a system that runs already
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from tools import apt, environments, settings
from tools.console import say, step
from tools.file_locks import ensure_folder
from tools.migrate import migrate
from tools.paths import CACHE, LOCAL, ROOT, SERVICES, python_of
from tools.plan import Plan
from tools.problem import Problem, guarded
from tools.servers.instance import Instance
from tools.servers.ports import free_port
from tools.supervisor import Program, Supervisor

FOLDER = LOCAL / "load"
HEALTH_SECONDS = 300
# Datasets of the portal that take in what changes.
CHANGING = ("73a2-6ar5", "2cy6-i7zn")
# Users besides the visitors of the map, as the weights in locust/scenarios say, and the one who watches.
USERS_PER_VISITOR, WATCHERS = 1.1, 1
SPAWNED_A_SECOND = 8
# When the night begins, as a share of the run: everybody has arrived by then.
NIGHT_AT = 0.25
# How long visitors stay after the night, however long it took, and how long it may take.
AFTERWARDS_SECONDS = 10
LONGEST_NIGHT_SECONDS = 900


@dataclass(frozen=True)
class Size:
    """How much of everything."""

    rows: int = 1_000_000
    visitors: int = 200
    seconds: int = 180
    changed: int = 50_000
    has_reports: bool = True
    is_smoke: bool = False

    @property
    def folder(self) -> Path:
        """Where logs and reports go; a smoke test must not overwrite those of a run that people read."""
        return FOLDER / "smoke" if self.is_smoke else FOLDER

    @property
    def users(self) -> int:
        return round(self.visitors * USERS_PER_VISITOR) + WATCHERS


SMOKE = Size(rows=3_000, visitors=10, seconds=12, changed=500, has_reports=False, is_smoke=True)


def parse(arguments: list[str]) -> tuple[argparse.Namespace, list[str]]:
    """Our options, and what goes on to Locust."""
    parser = argparse.ArgumentParser(prog="make load", description=__doc__, allow_abbrev=False)
    parser.add_argument("--url", help="load a system that runs already instead of a fresh one")
    parser.add_argument("--smoke", action="store_true", help="a small city for a few seconds")
    for name in ("rows", "visitors", "seconds", "changed"):
        parser.add_argument(f"--{name}", type=int, help=f"default {getattr(Size(), name):,}")
    return parser.parse_known_args(arguments)


def size_of(chosen: argparse.Namespace) -> Size:
    """The size asked for; what is not given is the usual, or the smoke test's."""
    names = ("rows", "visitors", "seconds", "changed")
    given = {name: value for name in names if (value := getattr(chosen, name)) is not None}
    return replace(SMOKE if chosen.smoke else Size(), **given)


def load(arguments: list[str]) -> int:
    """Run it; 0 when every service level was kept."""
    chosen, for_locust = parse(arguments)
    environments.ensure(["locust"])
    if chosen.url:
        command = locust_command(chosen.url, FOLDER, for_locust)
        return subprocess.run(command, cwd=ROOT / "locust", check=False).returncode
    apt.ensure()
    environments.ensure(SERVICES)
    size = size_of(chosen)
    with fresh_system(size) as (supervisor, plan):
        return under_load(supervisor, plan, size, for_locust)


@contextmanager
def fresh_system(size: Size) -> Iterator[tuple[Supervisor, Plan]]:
    """Servers, portal, API and reports of this run alone, loaded by a first night; gone afterwards."""
    instance = Instance(f"load-{os.getpid()}")
    logs = size.folder / "logs"
    ensure_folder(logs)
    supervisor = Supervisor(f"{FOLDER}:{os.getpid()}", logs, {})
    try:
        with step("Starting PostgreSQL and Redis"):
            instance.start()
        plan = _plan(instance, size)
        with step("Bringing the database to the newest schema"):
            migrate(instance, plan.database)
        supervisor.environment = settings.environment(plan.values)
        _start(supervisor, plan, size)
        yield supervisor, plan
    finally:
        supervisor.stop()
        instance.remove()


def _plan(instance: Instance, size: Size) -> Plan:
    chosen = {name: str(free_port()) for name in settings.PORTS}
    chosen |= {
        "PORTAL_REQUESTS": str(size.rows),
        "PORTAL_ADMIN": "true",
        "PORTAL_CACHE": str(CACHE / "portal-load"),
    }
    return Plan.of(settings.local_settings(instance, chosen), chosen)


def _start(supervisor: Supervisor, plan: Plan, size: Size) -> None:
    programs = [plan.portal(), plan.api(), *([plan.reports()] if size.has_reports else [])]
    with step(f"Starting {', '.join(program.name for program in programs)}"):
        for program in programs:
            supervisor.start(program)
            supervisor.wait_healthy(program.name, HEALTH_SECONDS)
    with step(f"Loading {size.rows:,} requests by a first night"):
        supervisor.run(plan.night())


def locust_command(url: str, folder: Path, arguments: list[str]) -> list[str]:
    """Locust with its reports in the folder; what the person gives goes last and wins."""
    ensure_folder(folder)
    reports = ["--html", str(folder / "report.html"), "--csv", str(folder / "stats")]
    return [str(python_of("locust")), "-m", "locust", "--host", url, *reports, *arguments]


def under_load(supervisor: Supervisor, plan: Plan, size: Size, arguments: list[str]) -> int:
    """Visitors come; a night changes rows and switches the generation; the visitors say how it was."""
    command = locust_command(plan.values["API_URL"], size.folder, [*_options(plan, size), *arguments])
    visitors = Program("locust", command, ROOT / "locust", is_task=True)
    say(f"• {size.visitors} visitors of the map and {size.users - size.visitors} others for {size.seconds} s")
    started = time.monotonic()
    supervisor.start(visitors)
    time.sleep(size.seconds * NIGHT_AT)
    with step(f"A night merges {size.changed:,} changed rows meanwhile"):
        change_rows(plan.values["SOCRATA_URL"], size.changed)
        supervisor.run(plan.night())
    time.sleep(max(AFTERWARDS_SECONDS, started + size.seconds - time.monotonic()))
    process = supervisor.running["locust"][1]
    # As Ctrl-C: at SIGTERM Locust leaves no report.
    process.send_signal(signal.SIGINT)
    code = process.wait(60)
    say(_said_at_the_end(supervisor.log_of(visitors)))
    say(f"• Reports: {size.folder}/report.html and stats_*.csv")
    return code


def _options(plan: Plan, size: Size) -> list[str]:
    longest = f"{size.seconds + LONGEST_NIGHT_SECONDS}s"
    options = ["-u", str(size.users), "-r", str(SPAWNED_A_SECOND), "-t", longest, "--expect-switch"]
    options += ["--reports-host", plan.values["REPORTS_URL"]] if size.has_reports else []
    return options + (["--untimed"] if size.is_smoke else [])


def change_rows(portal_url: str, amount: int) -> None:
    """Close so many requests upstream, at another moment than the last time: the portal remembers."""
    closed = time.strftime("%Y-%m-%dT%H:%M:%S.000", time.gmtime(time.time() - 86_400))
    changes = {"status": "Closed", "closeddate": closed}
    for dataset in CHANGING:
        wanted = {"dataset": dataset, "touch": amount // len(CHANGING), "changes": changes}
        request = urllib.request.Request(  # noqa: S310
            f"{portal_url}/_portal/rows", json.dumps(wanted).encode(), method="POST"
        )
        with urllib.request.urlopen(request, timeout=300) as response:  # noqa: S310
            touched = json.load(response)["touched"]
        if not touched:
            raise Problem(f"the portal had no rows to change in {dataset}")


def _said_at_the_end(log: Path) -> str:
    """The figures and the verdict; all that it said when it did not come to that."""
    said = log.read_text(errors="replace")
    start, end = said.find("\ngroup "), said.find("verdict: ")
    return said[start : said.find("\n", end)] if 0 < start < end else said


if __name__ == "__main__":
    sys.exit(guarded(lambda: load(sys.argv[1:])))
