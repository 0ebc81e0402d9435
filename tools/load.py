"""``make load``: runs the users of ``locust/`` against a fresh system during an ingest run.

make load ARGS="[--visitors N] [--rows N] [--seconds N] [--changed N] [--smoke] [--soak] [LOCUST_ARGUMENT…]"
make load ARGS="--bench-city --rows N …"                a copy of a city that make bench keeps
make load ARGS="--picture …"                            also draws docs/pictures/dashboard.png
make load ARGS="--url https://… [LOCUST_ARGUMENT…]"     a running system
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from tools import environments, sample_city, settings
from tools.console import say, step
from tools.dashboard import scraping
from tools.file_locks import ensure_folder
from tools.migrate import database_settings, migrate
from tools.paths import CACHE, LOCAL, ROOT, SERVICES, python_of
from tools.plan import Plan
from tools.problem import Problem, guarded, uninterrupted
from tools.resource_use import Meter
from tools.servers.instance import OWNER, Instance
from tools.servers.ports import free_port
from tools.supervisor import Program, Supervisor

FOLDER = LOCAL / "load"
HEALTH_SECONDS = 300
# The slowest rate at which the portal generates a city before it responds; a kept city takes no time.
GENERATED_ROWS_PER_SECOND = 10_000
# Datasets of the portal in which rows are changed.
CHANGED_DATASETS = ("73a2-6ar5", "2cy6-i7zn")
# All users per map user, from the weights in locust/scenarios, and the operator.
USERS_PER_VISITOR, OPERATORS = 1.1, 1
SPAWNED_PER_SECOND = 8
# Start of the ingest run as a share of the load run; with the default size, all users have started by then.
INGEST_AT = 0.25
# How long users continue after the ingest run, and how long that run may take.
AFTERWARDS_SECONDS = 10
LONGEST_INGEST_SECONDS = 900
INTERRUPTS = 5
SOAK_SECONDS, SOAK_VISITORS = 1_200, 50
"""Long enough to fill the caches, with a load below the machine's capacity."""
SOAK_CACHE_MB = 16
"""For cached responses in one worker: with the default, memory would still be growing when the soak ends."""
SETTLE_SECONDS = 15


@dataclass(frozen=True)
class Size:
    """The size of a load run."""

    rows: int = 1_000_000
    visitors: int = 200
    seconds: int = 180
    changed: int = 50_000
    has_reports: bool = True
    is_smoke: bool = False
    is_soak: bool = False
    is_pictured: bool = False
    has_bench_city: bool = False

    @property
    def folder(self) -> Path:
        """The folder for logs and reports; a smoke test must not overwrite those of a real run."""
        return FOLDER / "smoke" if self.is_smoke else FOLDER

    @property
    def users(self) -> int:
        return round(self.visitors * USERS_PER_VISITOR) + OPERATORS


SMOKE = Size(rows=3_000, visitors=10, seconds=12, changed=500, has_reports=False, is_smoke=True)


def parse(arguments: list[str]) -> tuple[argparse.Namespace, list[str]]:
    """Our options, and the remaining arguments, which are for Locust."""
    parser = argparse.ArgumentParser(prog="make load", description=__doc__, allow_abbrev=False)
    parser.add_argument("--url", help="address of a running system, instead of a fresh one")
    parser.add_argument(
        "--smoke", action="store_true", help="a small city for a few seconds; times are not judged"
    )
    soak = (
        f"print how the API and the reports grow; {SOAK_SECONDS} seconds, {SOAK_VISITORS} visitors by default"
    )
    parser.add_argument("--soak", action="store_true", help=soak)
    kept = "begin with a copy of the city that `make bench` keeps, instead of loading one"
    parser.add_argument("--bench-city", action="store_true", help=kept)
    parser.add_argument("--picture", action="store_true", help="draw docs/pictures/dashboard.png")
    for name in ("rows", "visitors", "seconds", "changed"):
        parser.add_argument(f"--{name}", type=int, help=f"default {getattr(Size(), name):,}")
    return parser.parse_known_args(arguments)


def size_of(chosen: argparse.Namespace) -> Size:
    """The chosen size; what was not chosen has the usual defaults, or those of ``--smoke`` or ``--soak``."""
    names = ("rows", "visitors", "seconds", "changed")
    given = {name: value for name in names if (value := getattr(chosen, name)) is not None}
    soak = Size(visitors=SOAK_VISITORS, seconds=SOAK_SECONDS, is_soak=True)
    usual = replace(SMOKE, is_soak=chosen.soak) if chosen.smoke else soak if chosen.soak else Size()
    return replace(usual, is_pictured=chosen.picture, has_bench_city=chosen.bench_city, **given)


def load(arguments: list[str]) -> int:
    """Run the load tests; returns 0 if every service level was met."""
    chosen, for_locust = parse(arguments)
    environments.ensure(["locust"])
    if chosen.url:
        command = locust_command(chosen.url, FOLDER, for_locust)
        return subprocess.run(command, cwd=ROOT / "locust", check=False).returncode
    size = size_of(chosen)
    folders = [*SERVICES, *(["tools"] if size.is_pictured else [])]
    environments.ensure_with_packages(folders, prometheus=size.is_pictured)
    with fresh_system(size) as (supervisor, plan), pictured(supervisor, plan, size):
        return soaked(supervisor, plan, size, for_locust)


@contextmanager
def pictured(supervisor: Supervisor, plan: Plan, size: Size) -> Iterator[None]:
    """With ``--picture``, Prometheus scrapes the services during the run, and then the dashboard is drawn."""
    if not size.is_pictured:
        yield
        return
    with tempfile.TemporaryDirectory() as folder:
        programs = scraping.programs(plan.values, Path(folder))
        for program in programs:
            supervisor.start(program)
            supervisor.wait_healthy(program.name, HEALTH_SECONDS)
        started = time.time()
        yield
        url = programs[-1].health_url.removesuffix("/-/ready")
        command = [str(python_of("tools")), "-m", "tools.dashboard.plot", url, f"{started:.0f}"]
        subprocess.run([*command, f"{time.time():.0f}"], cwd=ROOT, check=True)
        say("• Written: docs/pictures/dashboard.png")


@contextmanager
def fresh_system(size: Size) -> Iterator[tuple[Supervisor, Plan]]:
    """Portal, API and reports with a database for this run only; removed afterwards."""
    logs = size.folder / "logs"
    ensure_folder(logs)
    supervisor = Supervisor(f"{FOLDER}:{os.getpid()}", logs, {})
    with (_copied_city if size.has_bench_city else _empty_database)(size) as plan:
        try:
            supervisor.environment = settings.environment(plan.values)
            _start(supervisor, plan, size)
            yield supervisor, plan
        finally:
            with uninterrupted():
                supervisor.stop()


@contextmanager
def _empty_database(size: Size) -> Iterator[Plan]:
    """Servers for this run only."""
    # The settings of the database of `make up`; a smoke test only has to start quickly.
    instance = Instance(f"load-{os.getpid()}", is_durable=not size.is_smoke)
    try:
        with step("Starting PostgreSQL and Redis"):
            instance.start()
        plan = _plan(instance, size)
        with step("Migrating the database"):
            migrate(instance, plan.database)
        yield plan
    finally:
        with uninterrupted():
            instance.remove()


@contextmanager
def _copied_city(size: Size) -> Iterator[Plan]:
    """The servers of `make bench`, with a copy of its city, which is built if there is none."""
    instance, city = Instance("bench", is_durable=True), sample_city.name_of(size.rows)
    copy = f"load_{os.getpid()}"
    with step("Starting PostgreSQL and Redis"):
        instance.start()
    try:
        sample_city.build(instance, city, size.rows)
        with step(f"Copying the city of {size.rows:,} requests"):
            create = f"CREATE DATABASE {copy} OWNER {OWNER} TEMPLATE {city} STRATEGY file_copy"
            instance.sql(create, database="postgres")
        portal = sample_city.portal_settings(size.rows) | {"PORTAL_TODAY": sample_city.day_of(instance, city)}
        plan = _plan(instance, size, portal)
        yield replace(plan, values={**plan.values, **database_settings(instance, copy)}, database=copy)
    finally:
        with uninterrupted(), ExitStack() as last:
            last.callback(instance.stop)
            instance.sql(f"DROP DATABASE IF EXISTS {copy} WITH (FORCE)", database="postgres")


def _plan(instance: Instance, size: Size, portal: Mapping[str, str] = MappingProxyType({})) -> Plan:
    chosen = {name: str(free_port()) for name in settings.PORTS}
    chosen |= {
        "PORTAL_REQUESTS": str(size.rows),
        "PORTAL_ADMIN": "true",
        "PORTAL_CACHE": str(CACHE / "portal-load"),
        **portal,
    }
    if size.is_soak:
        chosen["CACHE_MEMORY_MB"] = str(SOAK_CACHE_MB)
    return Plan.of(settings.local_settings(instance, chosen), chosen)


def _start(supervisor: Supervisor, plan: Plan, size: Size) -> None:
    programs = [plan.portal(), plan.api(), *([plan.reports()] if size.has_reports else [])]
    with step(f"Starting {', '.join(program.name for program in programs)}"):
        for program in programs:
            supervisor.start(program)
            supervisor.wait_healthy(program.name, HEALTH_SECONDS + size.rows / GENERATED_ROWS_PER_SECOND)
    if size.has_bench_city:
        with step("Priming the responses of the API, as an ingest run does"):
            _prime(plan)
        return
    with step(f"Loading {size.rows:,} requests"):
        supervisor.run(plan.ingest())


def _prime(plan: Plan) -> None:
    request = urllib.request.Request(  # noqa: S310
        f"{plan.values['API_URL']}/status/reset-cache",
        headers={"Authorization": f"Bearer {plan.values['ADMIN_TOKEN']}"},
        method="POST",
    )
    with urllib.request.urlopen(request, timeout=300):  # noqa: S310
        pass


def locust_command(url: str, folder: Path, arguments: list[str]) -> list[str]:
    """The Locust command, with its reports in this folder; the user's arguments take precedence."""
    ensure_folder(folder)
    reports = ["--html", str(folder / "report.html"), "--csv", str(folder / "stats")]
    return [str(python_of("locust")), "-m", "locust", "--host", url, *reports, *arguments]


def under_load(supervisor: Supervisor, plan: Plan, size: Size, arguments: list[str]) -> int:
    """Start the users, run an ingest that switches the generation, and return Locust's verdict."""
    command = locust_command(plan.values["API_URL"], size.folder, [*_options(plan, size), *arguments])
    visitors = Program("locust", command, ROOT / "locust", is_task=True)
    say(f"• {size.visitors} map users and {size.users - size.visitors} others for {size.seconds} s")
    started = time.monotonic()
    supervisor.start(visitors)
    time.sleep(size.seconds * INGEST_AT)
    with step(f"An ingest run merges {size.changed:,} changed rows"):
        change_rows(plan.values["SOCRATA_URL"], size.changed)
        supervisor.run(plan.ingest())
    time.sleep(max(AFTERWARDS_SECONDS, started + size.seconds - time.monotonic()))
    code = interrupt(supervisor.running["locust"][1])
    say(_verdict_of(supervisor.log_of(visitors)))
    say(f"• Reports: {size.folder}/report.html and stats_*.csv")
    return code


def soaked(supervisor: Supervisor, plan: Plan, size: Size, arguments: list[str]) -> int:
    """As ``under_load``; with ``--soak``, measures the API and the reports, also while connections close."""
    if not size.is_soak:
        return under_load(supervisor, plan, size, arguments)
    names = [name for name in ("api", "reports") if name in supervisor.running]
    meter = Meter(lambda: {name: supervisor.running[name][1].pid for name in names})
    try:
        with meter:
            code = under_load(supervisor, plan, size, arguments)
            time.sleep(SETTLE_SECONDS)
    finally:
        # Also when Locust fails: twenty minutes of samples are worth keeping.
        _keep(meter, size)
    return code


def _keep(meter: Meter, size: Size) -> None:
    table = meter.table()
    (size.folder / "soak.txt").write_text(table + "\n")
    say(table)


def interrupt(process: subprocess.Popen[bytes], timeout_seconds: float = 20) -> int:
    """Stop Locust as Ctrl-C does, so that it writes its report; returns its exit code.

    Repeat if it keeps running: an interrupt that arrives in the code of a Locust user can be lost.
    """
    for _ in range(INTERRUPTS):
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            return process.wait(timeout_seconds)
    raise Problem(f"Locust did not end after {INTERRUPTS} interrupts; its log shows what it is doing.")


def _options(plan: Plan, size: Size) -> list[str]:
    longest = f"{size.seconds + LONGEST_INGEST_SECONDS}s"
    options = ["-u", str(size.users), "-r", str(SPAWNED_PER_SECOND), "-t", longest, "--expect-switch"]
    options += ["--reports-host", plan.values["REPORTS_URL"]] if size.has_reports else []
    return options + (["--untimed"] if size.is_smoke else [])


def change_rows(portal_url: str, amount: int) -> None:
    """Close requests in the portal yesterday at this time, so that a repeated run changes them again."""
    closed = time.strftime("%Y-%m-%dT%H:%M:%S.000", time.gmtime(time.time() - 86_400))
    changes = {"status": "Closed", "closeddate": closed}
    for dataset in CHANGED_DATASETS:
        wanted = {"dataset": dataset, "touch": amount // len(CHANGED_DATASETS), "changes": changes}
        request = urllib.request.Request(  # noqa: S310
            f"{portal_url}/_portal/rows", json.dumps(wanted).encode(), method="POST"
        )
        with urllib.request.urlopen(request, timeout=300) as response:  # noqa: S310
            touched = json.load(response)["touched"]
        if not touched:
            raise Problem(f"the portal has no rows to change in {dataset}; raise --rows")


def _verdict_of(log: Path) -> str:
    """The table and the verdict from the log; the whole log when there is no verdict."""
    text = log.read_text(errors="replace")
    start, end = text.find("\ngroup "), text.find("verdict: ")
    return text[start : text.find("\n", end)] if 0 < start < end else text


if __name__ == "__main__":
    # A shell that starts this in the background makes it ignore interrupts, and Locust would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.exit(guarded(lambda: load(sys.argv[1:])))
