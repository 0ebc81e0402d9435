"""The end of a run: the measurements compared with the levels, and the exit code."""

from __future__ import annotations

import logging
from typing import Any

import gevent
from locust.env import Environment
from locust.runners import WorkerRunner

from scenarios.browser import CHECKS, NEW_GENERATION
from scenarios.levels import LEVELS, Measured, breaches, grouped, label, table

log = logging.getLogger("load")
BROKEN = 1
STOP_SECONDS = 90
"""Longer than a request can last (`Visitor.network_timeout`): those in flight at the end are judged, too."""


def add_options(parser: Any, **_: Any) -> None:
    """Add the verdict's options; by default, no web interface, and an end that awaits the last requests."""
    options = parser.add_argument_group("311 Data Server")
    options.add_argument("--ui", dest="headless", action="store_false", help="open the web interface")
    options.add_argument(
        "--expect-switch",
        action="store_true",
        help="fail if the API did not switch to another generation during the run",
    )
    options.add_argument(
        "--patience", type=float, default=1, help="multiply every time limit, on slow machines (default 1)"
    )
    options.add_argument(
        "--untimed",
        action="store_true",
        help="check only errors and counts, for busy machines",
    )
    options.add_argument(
        "--reports-host", default="", help="address of the report pages; without it they are not tested"
    )
    parser.set_defaults(headless=True, stop_timeout=STOP_SECONDS)


def set_clock(**_: Any) -> None:
    """Update gevent's clock, which its timers are based on: otherwise a slow start would shorten the run."""
    gevent.get_hub().loop.update_now()


def judge(environment: Environment, **_: Any) -> None:
    """Set the exit code: 0 if every level was met, else 1, with a line for each breach."""
    if isinstance(environment.runner, WorkerRunner):
        return
    if environment.runner:
        # After an interrupt, users are still sending requests.
        environment.runner.stop()
    groups = measured(environment)
    broken = verdict(groups, generations(environment), environment.parsed_options) + failures(environment)
    print(f"\n{table(groups)}\n")
    for text in broken:
        print(f"SERVICE LEVEL BROKEN: {text}")
    print(
        "verdict: "
        + (f"{len(broken)} service levels are broken" if broken else "every service level was kept")
    )
    environment.process_exit_code = BROKEN if broken else 0


def verdict(groups: dict[str, Measured], seen: int, options: Any) -> list[str]:
    """Every level that was broken."""
    levels = [level.patient(options.patience) for level in LEVELS]
    broken = breaches(groups, levels, is_timed=not options.untimed)
    if not any(groups.values()):
        broken.append("no request was sent")
    if options.expect_switch and seen < 2:
        broken.append("the data did not switch to another generation")
    return broken


def failures(environment: Environment) -> list[str]:
    """The exceptions in the users of all workers, such as one about a body that they cannot read."""
    found = environment.runner.exceptions.values() if environment.runner else ()
    return [f"users: {entry['count']:,} exceptions: {entry['msg']}" for entry in found]


def measured(environment: Environment) -> dict[str, Measured]:
    """The measurements of all workers, by group of routes."""
    entries = environment.stats.entries.values()
    return grouped((entry.name, entry.response_times, entry.num_failures) for entry in entries)


def generations(environment: Environment) -> int:
    """The number of generations that the users received."""
    start = label(CHECKS, NEW_GENERATION)
    return sum(name.startswith(start) for name, _ in environment.stats.entries)
