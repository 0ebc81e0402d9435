"""Ends the process of a terminated run."""

from __future__ import annotations

import os
import threading
import time

from pipeline.errors import TERMINATED_EXIT_CODE

GRACE_SECONDS = 5.0
"""Containers get 30 seconds between SIGTERM and SIGKILL; Prefect needs some of them to record the end."""


def end_with_parent() -> None:
    """End this process when its parent ends, so that a scheduled run does not outlive the scheduler."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(TERMINATED_EXIT_CODE)

    threading.Thread(target=watch, daemon=True).start()


def end_soon(exit_code: int) -> None:
    """End this process within seconds, even if its threads are still waiting."""
    deadline = threading.Timer(GRACE_SECONDS, os._exit, args=(exit_code,))
    deadline.daemon = True
    deadline.start()
