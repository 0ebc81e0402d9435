"""``make down``: stop the system, no matter how it was started; safe to repeat.

With ``--clean`` (``make clean``) it also removes ``.local``; Debian packages stay.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys

from tools.console import say, step
from tools.file_locks import ensure_folder, exclusive
from tools.paths import LOCAL, UP
from tools.problem import Problem, guarded
from tools.servers import processes
from tools.servers.instance import Instance, instances
from tools.supervisor import sweep
from tools.up import FAILURE, INSTANCE, LOCK, READY, SUPERVISOR_PID, mark

STOP_SECONDS = 90


def _is_stopped() -> bool:
    with exclusive(LOCK, is_waiting=False) as is_free:
        return is_free


def _stop_supervisor() -> None:
    """Signal the supervisor, which stops its programs and servers."""
    pid = int(SUPERVISOR_PID.read_text())
    with step("Stopping the running system"):
        try:
            os.kill(pid, signal.SIGTERM)
        except PermissionError as error:
            raise Problem(
                f"the system runs as another user (process {pid}); stop it as that user."
            ) from error
        if not processes.wait_until(_is_stopped, STOP_SECONDS, every=0.2):
            raise Problem(f"process {pid} did not stop in {STOP_SECONDS} s.")


def stop() -> int:
    """Stop everything and keep the data."""
    ensure_folder(UP)
    if not _is_stopped() and SUPERVISOR_PID.exists():
        _stop_supervisor()
    # Left behind if a supervisor was killed.
    ended = sweep(mark())
    if ended:
        say(f"• Stopped {ended} processes that a killed `make up` had left behind")
    instance = Instance(INSTANCE)
    if instance.exists():
        instance.stop()
    for path in (READY, FAILURE, SUPERVISOR_PID):
        path.unlink(missing_ok=True)
    say("• Nothing is running; the data is kept.")
    return 0


def clean() -> int:
    """Stop everything and remove ``.local``."""
    stop()
    for instance in instances():
        instance.remove()
    shutil.rmtree(LOCAL, ignore_errors=True)
    if LOCAL.exists():
        raise Problem(f"some files in {LOCAL} belong to another user and stay.")
    say("• .local is removed.")
    return 0


if __name__ == "__main__":
    sys.exit(guarded(clean if "--clean" in sys.argv else stop))
