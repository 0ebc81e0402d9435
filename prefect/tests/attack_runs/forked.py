"""Runs in processes that start in milliseconds: forks of this one, which has imported the pipeline."""

from __future__ import annotations

import logging
import os
import signal
import sys
import time
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline_tests.databases import Database
from pipeline_tests.ingest_runs import run_ingest, settings_for

from attack_runs.places import LIVE, OLD
from pipeline.errors import BusyError, IngestError

POLL_SECONDS = 0.002
BUSY = BusyError.exit_code
UNKNOWN = 99


@dataclass
class ForkedRun:
    """A run in progress. ``code``: how it ended, once that is known."""

    pid: int
    log: Path
    code: int | None = None

    def wait(self, seconds: float) -> int | None:
        """The exit code, negative for a signal; None if the run takes longer."""
        deadline = time.monotonic() + seconds
        while self.code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.code = os.waitstatus_to_exitcode(status)
            elif time.monotonic() > deadline:
                break
            else:
                time.sleep(POLL_SECONDS)
        return self.code

    def kill(self) -> int | None:
        """End it as a power failure would."""
        if self.code is None:
            os.kill(self.pid, signal.SIGKILL)
        return self.wait(30)

    def said(self) -> str:
        """The end of its log."""
        return self.log.read_text(errors="replace")[-600:]


@dataclass(frozen=True)
class Runs:
    """Starts runs of the pipeline on one portal; each log is kept until the next run."""

    portal: str
    folder: Path

    def start(self, database: Database, *, more: dict[str, Any] | None = None, **options: Any) -> ForkedRun:
        """Start a run with these settings and command-line options."""
        log = self.folder / f"{database.name}.log"
        sys.stdout.flush()
        pid = os.fork()
        if pid:
            return ForkedRun(pid, log)
        code = UNKNOWN
        try:
            _redirect(log)
            code = _run(database, self.portal, more or {}, options)
        finally:
            os._exit(code)

    def complete(self, database: Database, seconds: float, **options: Any) -> tuple[int | None, str]:
        """An undisturbed run, restarted as long as the server still holds the lock of a killed one.

        Returns its exit code (None: it took longer) and the end of its log.
        """
        deadline = time.monotonic() + seconds
        while True:
            run = self.start(database, **options)
            code = run.wait(max(0.1, deadline - time.monotonic()))
            if code is None:
                run.kill()
            if code != BUSY or time.monotonic() > deadline:
                return code, run.said()
            time.sleep(0.05)


def _redirect(log: Path) -> None:
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    logging.basicConfig(level="INFO", force=True)


def _run(database: Database, portal: str, more: dict[str, Any], options: dict[str, Any]) -> int:
    chosen = {"socrata_page_rows": 700, "socrata_page_seconds": 3, **more}
    try:
        run_ingest(settings_for(database, portal, **chosen), datasets=(LIVE, OLD), **options)
    except IngestError as error:
        print(f"{type(error).__name__}: {error}")
        return error.exit_code
    except BaseException:  # noqa: BLE001  # the exit code says so
        traceback.print_exc()
        return UNKNOWN
    return 0
