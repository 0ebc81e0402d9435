"""The memory of the programs: held to what their containers allow, and how much of it they used."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tools.attack.tally import Tally
from tools.control_groups import ControlGroup, control_group

SUBJECT = "memory"
RUNS = "pipeline"
PROGRAMS = ("api", "reports")
LIMITS_MB = dict.fromkeys(PROGRAMS, 1_024) | {RUNS: 2_048}
"""Of the containers in `docker-compose.yml`, for all processes of a program together."""
HIGHEST = "VmHWM:"


@contextmanager
def limited() -> Iterator[dict[str, ControlGroup]]:
    """A control group for each program while the block runs; none of them without root."""
    with ExitStack() as stack:
        names = {name: f"311-attack-{os.getpid()}-{name}" for name in LIMITS_MB}
        groups = {
            name: stack.enter_context(control_group(names[name], LIMITS_MB[name])) for name in LIMITS_MB
        }
        yield {name: group for name, group in groups.items() if group}


def examine_groups(groups: Mapping[str, ControlGroup], tally: Tally) -> None:
    """A process that the kernel has ended for its memory is a violation."""
    tally.counts[SUBJECT]["programs held to the memory of their container"] = len(groups)
    for name, group in groups.items():
        if kills := group.kills():
            tally.violate(SUBJECT, f"{kills} processes of {name} needed more than {LIMITS_MB[name]} MB")


def examine(name: str, pid: int, tally: Tally) -> None:
    """Note the sum of what a program and its workers have had at most; above the limit is a violation."""
    found = [highest_mb(one) for one in (pid, *children(pid))]
    tally.counts[SUBJECT].update({f"{name}: MB at most": sum(found), f"{name}: MB of a worker": max(found)})
    if sum(found) > LIMITS_MB[name]:
        tally.violate(SUBJECT, f"{name} had {sum(found)} MB of {LIMITS_MB[name]}: {found}")


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def highest_mb(pid: int) -> int:
    """The most memory that a process has had at one time."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition(HIGHEST)[2].split()[0]) // 1024 if HIGHEST in status else 0
