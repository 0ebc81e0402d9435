"""``python -m lacity_data_api``: serve on API_HOST and API_PORT with API_WORKERS processes."""

from __future__ import annotations

import os
import resource
import signal
import sys
import tempfile
from types import FrameType
from typing import NoReturn

import uvicorn
from pydantic import ValidationError

from lacity_data_api.config import Settings
from lacity_data_api.http.protocol import BoundedProtocol

# Longer than the load balancer's 120 seconds, so that the load balancer closes idle connections first.
KEEP_ALIVE_SECONDS = 130
BACKLOG = 2048


def allow_many_connections() -> None:
    """Raise the soft limit for open files (one per connection) to the hard limit."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT; requests in flight have API_STOP_SECONDS to finish."""
    uvicorn.run(
        "lacity_data_api.main:create_app",
        factory=True,
        host=settings.api_host,
        port=settings.api_port,
        workers=settings.api_workers,
        loop="uvloop",
        http=BoundedProtocol,
        ws="none",
        backlog=BACKLOG,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=settings.api_stop_seconds,
    )


def _end(_number: int, _frame: FrameType | None) -> NoReturn:
    """With one worker, uvicorn raises the signal again after stopping; exit so that cleanup still runs."""
    sys.exit(0)


def main() -> int:
    """Run the server. Invalid settings are printed, one per line, and the exit code is 2."""
    try:
        settings = Settings.from_environment()
    except ValidationError as error:
        for problem in error.errors():
            name = "_".join(map(str, problem["loc"])).upper()
            print(f"{name}: {problem['msg']}", file=sys.stderr)  # noqa: T201  logging is not configured yet
        return 2
    allow_many_connections()
    signal.signal(signal.SIGTERM, _end)
    # Every worker writes its metrics to this folder; the worker that serves /status/metrics sums them.
    with tempfile.TemporaryDirectory(prefix="311-metrics-") as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        serve(settings)
    return 0


if __name__ == "__main__":
    sys.exit(main())
