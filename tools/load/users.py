"""The users of a load run, and the ingest run in the middle of it."""

from __future__ import annotations

import json
import signal
import subprocess
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

from tools.console import say, step
from tools.file_locks import ensure_folder
from tools.load.size import Size
from tools.local_http import open_local
from tools.paths import ROOT, python_of
from tools.plan import Plan
from tools.problem import Problem
from tools.resource_use import Meter
from tools.supervisor import Program, Supervisor

# Datasets of the portal in which rows are changed.
CHANGED_DATASETS = ("73a2-6ar5", "2cy6-i7zn")
SPAWNED_PER_SECOND = 8
# Start of the ingest run as a share of the load run; with the default size, all users have started by then.
INGEST_AT = 0.25
# How long users continue after the ingest run, and how long that run may take.
AFTERWARDS_SECONDS = 10
MAX_INGEST_SECONDS = 900
INTERRUPTS = 5
# Longer than Locust waits for the requests in flight (`STOP_SECONDS` in locust/scenarios/verdict.py).
INTERRUPT_SECONDS = 120
SETTLE_SECONDS = 15


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
        # Keep the samples even if Locust fails; they took twenty minutes to collect.
        _keep(meter, size)
    return code


def _keep(meter: Meter, size: Size) -> None:
    table = meter.table()
    (size.folder / "soak.txt").write_text(table + "\n")
    say(table)


def interrupt(process: subprocess.Popen[bytes], timeout_seconds: float = INTERRUPT_SECONDS) -> int:
    """Stop Locust as Ctrl-C does, so that it writes its report; returns its exit code.

    Repeat it if Locust keeps running: an interrupt in the code of a Locust user can be swallowed.
    """
    for _ in range(INTERRUPTS):
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            return process.wait(timeout_seconds)
    raise Problem(f"Locust did not end after {INTERRUPTS} interrupts; its log shows what it is doing.")


def _options(plan: Plan, size: Size) -> list[str]:
    longest = f"{size.seconds + MAX_INGEST_SECONDS}s"
    options = ["-u", str(size.users), "-r", str(SPAWNED_PER_SECOND), "-t", longest, "--expect-switch"]
    options += ["--reports-host", plan.values["REPORTS_URL"]] if size.has_reports else []
    return options + (["--untimed"] if size.is_smoke else [])


def change_rows(portal_url: str, amount: int) -> None:
    """Close requests in the portal yesterday at this time, so that a repeated run changes them again."""
    closed = time.strftime("%Y-%m-%dT%H:%M:%S.000", time.gmtime(time.time() - 86_400))
    changes = {"status": "Closed", "closeddate": closed}
    for dataset in CHANGED_DATASETS:
        each = amount // len(CHANGED_DATASETS)
        # Without the turn, a kept portal would change other rows, and the next run would merge both sets.
        wanted = {"dataset": dataset, "touch": each, "changes": changes, "turn": 0}
        request = urllib.request.Request(  # noqa: S310
            f"{portal_url}/_portal/rows", json.dumps(wanted).encode(), method="POST"
        )
        with open_local(request, timeout=300) as response:
            touched = json.load(response)["touched"]
        if not touched:
            raise Problem(f"the portal has no rows to change in {dataset}; raise --rows")


def _verdict_of(log: Path) -> str:
    """The table and the verdict from the log; the whole log when there is no verdict."""
    text = log.read_text(errors="replace")
    start, end = text.find("\ngroup "), text.find("verdict: ")
    return text[start : text.find("\n", end)] if 0 < start < end else text
