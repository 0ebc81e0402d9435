"""``python -m pipeline.prefect_server``: Prefect's API for one run, on a free port of this machine.

Prints its address, and stops when its standard input closes, which happens when the run ends or is killed.
``--with-schedules`` enables the services that schedules need; a single run starts faster without them.
Prefect's own ephemeral server is left behind after SIGTERM and SIGKILL.
"""

from __future__ import annotations

import os
import socket
import sys
import threading
from pathlib import Path

from pipeline import prefect_database

GRACE_SECONDS = 2.0
WITH_SCHEDULES = "--with-schedules"


def main() -> None:
    """Serve until standard input closes."""
    # Before the slow imports, so that even a run that is killed early leaves nothing behind.
    stopping = threading.Event()
    threading.Thread(target=_watch_input, args=(stopping,), daemon=True).start()
    if home := os.environ.get("PREFECT_HOME"):
        prefect_database.supply(Path(home))
    import uvicorn
    from prefect.server.api.server import create_app

    listener = socket.create_server(("127.0.0.1", 0))
    app = create_app(ephemeral=WITH_SCHEDULES not in sys.argv)
    config = uvicorn.Config(app, log_level="error", access_log=False)
    server = uvicorn.Server(config)
    threading.Thread(target=_end_with, args=(stopping, server), daemon=True).start()
    print(f"http://127.0.0.1:{listener.getsockname()[1]}/api", flush=True)  # noqa: T201  # the run reads it
    server.run(sockets=[listener])


def _watch_input(stopping: threading.Event) -> None:
    sys.stdin.buffer.read()
    stopping.set()
    # A server that hangs would outlive its run.
    threading.Timer(GRACE_SECONDS, os._exit, args=(1,)).start()


def _end_with(stopping: threading.Event, server: object) -> None:
    stopping.wait()
    server.should_exit = True  # type: ignore[attr-defined]


if __name__ == "__main__":
    main()
