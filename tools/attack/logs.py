"""Checks the servers' logs after an attack: no status 500, no traceback, and no oversized line."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from tools.attack.tally import Tally

SUBJECT = "logs"
MAX_BYTES_A_LINE = 20_000


def examine(log: Path, tally: Tally) -> None:
    """Count the lines, and record those that must not occur."""
    statuses: Counter[int] = Counter()
    with log.open("rb") as lines:
        for line in lines:
            status, problem = judge(line)
            statuses[status] += 1
            if problem:
                tally.violate(SUBJECT, f"{log.name}: {problem}")
    served = {f"{log.stem}: requests logged": sum(n for status, n in statuses.items() if status)}
    left = {f"{log.stem}: client disconnects (499)": statuses[499]}
    size = {f"{log.stem}: MB logged": log.stat().st_size // 1_000_000}
    tally.counts[SUBJECT].update(served | left | size)


def judge(line: bytes) -> tuple[int, str]:
    """The status in an access log line (0 for other lines), and what is wrong with the line."""
    if len(line) > MAX_BYTES_A_LINE:
        return 0, f"a line of {len(line):,} bytes: {line[:300]!r}"
    if line.startswith(b"Traceback") or b'"exception"' in line:
        return 0, f"a traceback: {line[:200]!r} … {line[-600:]!r}"
    try:
        status = int(json.loads(line).get("status", 0))
    except (ValueError, AttributeError, TypeError):
        return 0, ""
    return status, f"status {status}: {line[:600]!r}" if status >= 500 and status not in {
        501,
        503,
        504,
        505,
    } else ""
