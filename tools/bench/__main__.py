"""``make bench``: runs the services' benchmarks on generated cities, and writes the table.

make bench ARGS="[--rows N …] [--only SERVICE …] [--database-memory-mb N] [--dry-run]"
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path

from tools import environments, sample_city, settings
from tools.bench import history, machine, memory, report
from tools.bench.history import Parity, Result, Run, Usage
from tools.console import say, step
from tools.migrate import database_settings, migrate
from tools.paths import ROOT, SERVICES, python_of
from tools.problem import Problem, guarded
from tools.servers.instance import DATABASE, Instance
from tools.test_environment import test_variables

ROWS = 5_000_000
# A year of a large city; more rows only take longer, because the rate hardly depends on them.
MAX_LOADED = 1_500_000
SHARED = Path(__file__).parent / "shared"
WRK_MB = 20
PARITY = """
    SELECT (SELECT sum(rows_published) FROM run_datasets WHERE load_run_id = 1),
           (SELECT count(*) FROM service_requests)
"""


def main() -> int:
    """Measure, store the figures, and print what changed; returns 1 if a goal is missed."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--rows", type=int, action="append", help=f"size of a city (default {ROWS:,})")
    parser.add_argument("--only", action="append", choices=SERVICES, help="only this service")
    parser.add_argument("--dry-run", action="store_true", help="change nothing in docs/")
    parser.add_argument("--database-memory-mb", type=int, help="limit the memory of Postgres")
    chosen = parser.parse_args()
    prepare()
    limit_mb = chosen.database_memory_mb
    instance = Instance("bench", is_durable=True, memory_mb=limit_mb)
    instance.stop()
    instance.start()
    try:
        migrate(instance, DATABASE)
        with memory.limited(instance.postgres.data, limit_mb) if limit_mb else nullcontext():
            runs = [measure(instance, rows, chosen.only or SERVICES) for rows in chosen.rows or [ROWS]]
    finally:
        instance.stop()
    for run in runs:
        conclude(run, is_kept=not (chosen.dry_run or chosen.only or limit_mb))
    return int(any(figure.is_met is False for run in runs for figure in run.figures))


def prepare() -> None:
    """Install programs and environments."""
    environments.ensure_with_packages([*SERVICES, "tools"], "browser", "wrk")


def measure(instance: Instance, rows: int, services: Sequence[str]) -> Run:
    """Run every service's benchmarks on a city with this number of requests."""
    city = sample_city.name_of(rows)
    sample_city.build(instance, city, rows)
    environment = settings.environment(
        settings.local_settings(instance, {}) | database_settings(instance, city)
    )
    described, commit, started = machine.describe(), history.commit(), time.monotonic()
    figures: list[Result] = []
    usage: list[Usage] = []
    for service in services:
        own = environment | test_variables(instance, service) | {"TEST_TEMPLATE": DATABASE}
        own["REDIS_URL"] = own["TEST_REDIS_URL"]
        extra = ["--rows", str(min(rows, MAX_LOADED))] if service == "prefect" else []
        with step(f"{service}, on {rows:,} requests"):
            found, used = figures_of(service, extra, own)
            figures, usage = figures + found, [*usage, used]
    parity = _parity(instance, city, rows)
    when = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime())
    seconds = time.monotonic() - started
    return Run(when, commit, rows, described, seconds, tuple(figures), parity, tuple(usage))


def _parity(instance: Instance, city: str, rows: int) -> Parity:
    published, served = map(int, instance.sql(PARITY, database=city).split("|"))
    return Parity(published, published - rows, served, is_equal=served == rows)


def figures_of(
    service: str, arguments: list[str], environment: Mapping[str, str]
) -> tuple[list[Result], Usage]:
    """The figures that a service's benchmarks write, and the resources they used."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "figures.json"
        used = _run(service, [*arguments, "--json", str(file)], environment)
        found = json.loads(file.read_text())
    return [Result(service, **{**one, "runs": tuple(one["runs"])}) for one in found], used


def _run(service: str, arguments: list[str], environment: Mapping[str, str]) -> Usage:
    command = [str(python_of(service)), "-m", "benchmarks", *arguments]
    variables = {**environment, "PYTHONPATH": str(SHARED)}
    started = time.monotonic()
    process = subprocess.Popen(command, cwd=ROOT / service, env=variables)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise Problem(f"the benchmarks of {service} failed (exit code {process.returncode}).")
    wall, cpu = time.monotonic() - started, used.ru_utime + used.ru_stime
    return Usage(service, round(wall, 1), round(cpu, 1), round(used.ru_maxrss / 1024, 1))


def conclude(run: Run, *, is_kept: bool) -> None:
    """Print what changed since the last run of this size, and store the run."""
    earlier = history.load()
    previous = history.latest(earlier).get(run.rows)
    for line in history.compare(previous, run) if previous else []:
        say(f"  {line}")
    missed = [figure.work for figure in run.figures if figure.is_met is False]
    say(f"• {run.rows:,} requests: " + (f"missed: {', '.join(missed)}" if missed else "every goal is met"))
    if is_kept:
        history.save([*earlier, run])
        newest = history.latest(history.load())
        report.write(newest)
        subprocess.run([str(python_of("tools")), "-m", "tools.bench.plot"], cwd=ROOT, check=True)
        say("• Written: docs/performance.md, docs/performance.json, docs/growth.svg")


if __name__ == "__main__":
    sys.exit(guarded(main))
