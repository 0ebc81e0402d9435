"""``python -m lacity_data_api``: serve on API_HOST and API_PORT with API_WORKERS processes."""

from __future__ import annotations

import os
import resource
import sys
import tempfile

import uvicorn
from pydantic import ValidationError

from lacity_data_api.config import Settings

# Our load balancer closes idle connections after 120 seconds; it must be the first to do so.
KEEP_ALIVE_SECONDS = 130
BACKLOG = 2048


def allow_many_connections() -> None:
    """Raise the soft limit of open files, one per connection, to what the system allows."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def serve(settings: Settings) -> None:
    """Until SIGTERM or SIGINT; requests in flight are finished within API_STOP_SECONDS."""
    uvicorn.run(
        "lacity_data_api.main:create_app",
        factory=True,
        host=settings.api_host,
        port=settings.api_port,
        workers=settings.api_workers,
        loop="uvloop",
        http="httptools",
        ws="none",
        backlog=BACKLOG,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=settings.api_stop_seconds,
    )


def main() -> int:
    """Settings that make no sense end it with one line for each."""
    try:
        settings = Settings.from_environment()
    except ValidationError as error:
        for problem in error.errors():
            name = "_".join(map(str, problem["loc"])).upper()
            print(f"{name}: {problem['msg']}", file=sys.stderr)  # noqa: T201  the log is not set up yet
        return 2
    allow_many_connections()
    # Every worker writes its metrics there; whichever is asked adds them up.
    with tempfile.TemporaryDirectory(prefix="311-metrics-") as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        serve(settings)
    return 0


if __name__ == "__main__":
    sys.exit(main())
