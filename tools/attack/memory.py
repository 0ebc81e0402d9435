"""How much memory the programs have had at most, next to what their containers allow."""

from __future__ import annotations

from pathlib import Path

from tools.attack.tally import Tally

SUBJECT = "memory"
LIMITS_MB = {"api": 1_024, "reports": 1_024}
"""Of the containers in `docker-compose.yml`, for all processes of a program together."""
HIGHEST = "VmHWM:"


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
