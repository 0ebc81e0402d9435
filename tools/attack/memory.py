"""Limits the programs to the memory of their containers, and measures how much they used."""

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
"""The limits of the containers in `docker-compose.yml`, for all processes of a program together."""
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
    """Every process that the kernel killed for exceeding the memory limit is a violation."""
    tally.counts[SUBJECT]["programs limited to the memory of their container"] = len(groups)
    for name, group in groups.items():
        if kills := group.kills():
            tally.violate(SUBJECT, f"{kills} processes of {name} needed more than {LIMITS_MB[name]} MB")


def examine(name: str, pid: int, tally: Tally) -> None:
    """Record the peak memory of a program and its workers; a sum above the limit is a violation."""
    found = [highest_mb(one) for one in (pid, *children(pid))]
    tally.counts[SUBJECT].update(
        {f"{name}: peak MB of all workers": sum(found), f"{name}: peak MB of the largest worker": max(found)}
    )
    if sum(found) > LIMITS_MB[name]:
        tally.violate(SUBJECT, f"{name} had {sum(found)} MB of {LIMITS_MB[name]}: {found}")


def children(pid: int) -> list[int]:
    """The child processes of a process."""
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def highest_mb(pid: int) -> int:
    """The peak memory of a process."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition(HIGHEST)[2].split()[0]) // 1024 if HIGHEST in status else 0
