"""Peak memory of the measuring process, and the sample city generated outside of it."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

from benchmarks.pages import generate

STATUS = Path("/proc/self/status")


def peak_mb() -> float:
    """The most memory that this process has held; unlike ``ru_maxrss``, without that of its parent."""
    lines = STATUS.read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


def generate_elsewhere(rows: int, file: Path) -> None:
    """``generate`` in a process of its own: the generator holds the whole city's places."""
    process = multiprocessing.get_context("spawn").Process(target=generate, args=(rows, file))
    process.start()
    process.join()
    if process.exitcode:
        raise RuntimeError(f"the generator ended with exit code {process.exitcode}")
