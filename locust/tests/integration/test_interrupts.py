"""Ctrl-C while users are busy: Locust still writes its reports."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest
from load_tests.runs import locust

BUSY = """
import gevent
from gevent.pool import Pool
from locust import User, constant, events, task
from scenarios import interrupts

events.init.add_listener(interrupts.end_orderly)


def work(_):
    for _ in range(100):
        gevent.sleep(0)
        sum(range(20_000))


class Busy(User):
    wait_time = constant(0)

    @task
    def together(self):
        open("{started}", "w").close()
        list(Pool(4).imap(work, range(4)))
"""


@pytest.mark.parametrize("attempt", range(3))
def test_an_interrupt_during_parallel_requests_ends_in_order(attempt: int, tmp_path: Path) -> None:
    file, report, started = (tmp_path / name for name in ("busy.py", "report.html", "started"))
    file.write_text(BUSY.format(started=started))
    running = locust("-f", str(file), "--headless", "--host", "http://unused.invalid", "--html", str(report))
    try:
        while not started.exists():
            time.sleep(0.05)
        running.process.send_signal(signal.SIGINT)
        run = running.finish()
    finally:
        running.kill()
    assert run.exit_code == 0, run.output
    assert report.exists()
