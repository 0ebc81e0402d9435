"""What ``make load`` says about memory, descriptors and connections."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time

from tools.resource_use import HEADING, Meter, Sample, Use, descendants


def use(*megabytes: float) -> Use:
    return Use("api 1", [Sample(60 * minute, one, 5, 1) for minute, one in enumerate(megabytes)])


def test_growth_before_the_caches_are_full_does_not_count() -> None:
    assert use(100, 150, 200, 200, 200, 200).growth_per_hour == 0


def test_growth_afterwards_does() -> None:
    assert round(use(100, 100, 100, 100, 101, 102).growth_per_hour) == 60


def test_rows_have_the_columns_of_the_heading() -> None:
    assert len(use(1, 2, 3).line()) == len(HEADING)


def test_a_process_that_opens_connections_and_its_children_are_seen() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        with Meter(lambda: {"test": os.getpid()}, 0.02) as meter:
            time.sleep(0.1)
            with socket.socket(), socket.socket():
                time.sleep(0.1)
        assert child.pid in descendants(os.getpid())
        (own,) = (one for one in meter.uses() if one.name == f"test {os.getpid()}")
        counts = [one.connections for one in own.samples]
        assert max(counts) >= counts[0] + 2
        assert counts[-1] == counts[0]
        assert own.samples[-1].memory > 1
    finally:
        child.communicate(b"\n")


def test_processes_that_have_ended_are_left_out() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    with Meter(lambda: {"gone": child.pid}, 0.02) as meter:
        time.sleep(0.1)
    assert meter.table() == HEADING
