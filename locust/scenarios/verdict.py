"""The end of a run: the figures beside the levels, and the exit code that says whether they were kept."""

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


def add_options(parser: Any, **_: Any) -> None:
    """No web interface unless it is asked for; what a run may demand besides the levels."""
    options = parser.add_argument_group("311 Data Server")
    options.add_argument("--ui", dest="headless", action="store_false", help="open the web interface")
    options.add_argument(
        "--expect-switch",
        action="store_true",
        help="fail when the data did not switch to another generation meanwhile",
    )
    options.add_argument(
        "--patience", type=float, default=1, help="multiply every time limit, on slow machines (default 1)"
    )
    options.add_argument(
        "--untimed",
        action="store_true",
        help="judge errors and counts only, as on a busy machine",
    )
    options.add_argument("--reports-host", default="", help="address of the report pages; without it none")
    parser.set_defaults(headless=True)


def set_clock(**_: Any) -> None:
    """Gevent's timers count from when it last looked: a slow start would make the run shorter."""
    gevent.get_hub().loop.update_now()


def judge(environment: Environment, **_: Any) -> None:
    """Set the exit code: 0 when every level was kept, else 1, with a line that names each breach."""
    if isinstance(environment.runner, WorkerRunner):
        return
    groups = measured(environment)
    broken = verdict(groups, generations(environment), environment.parsed_options)
    print(f"\n{table(groups)}\n")
    for text in broken:
        print(f"SERVICE LEVEL BROKEN: {text}")
    print(
        "verdict: "
        + (f"{len(broken)} service levels are broken" if broken else "every service level was kept")
    )
    environment.process_exit_code = BROKEN if broken else 0


def verdict(groups: dict[str, Measured], seen: int, options: Any) -> list[str]:
    """Everything that was promised and not kept."""
    levels = [level.patient(options.patience) for level in LEVELS]
    broken = breaches(groups, levels, is_timed=not options.untimed)
    if not any(groups.values()):
        broken.append("nothing was asked")
    if options.expect_switch and seen < 2:
        broken.append("the data did not switch to another generation")
    return broken


def measured(environment: Environment) -> dict[str, Measured]:
    """What all workers saw, by group of routes."""
    entries = environment.stats.entries.values()
    return grouped((entry.name, entry.response_times, entry.num_failures) for entry in entries)


def generations(environment: Environment) -> int:
    """How many generations of the data visitors met."""
    start = label(CHECKS, NEW_GENERATION)
    return sum(name.startswith(start) for name, _ in environment.stats.entries)
