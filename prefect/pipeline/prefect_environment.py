"""Prefect's environment for one run: quiet, private, and with a server that is stopped with the run."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx

from pipeline.errors import IngestError
from pipeline.prefect_server import WITH_SCHEDULES

QUIET = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_UI_V2_ENABLED": "false",
    "PREFECT_SERVER_UI_ENABLED": "false",
    "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
    "PREFECT_LOGGING_EXTRA_LOGGERS": "pipeline",
    "PREFECT_LOGGING_COLORS": "false",
    "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
    "DASK_LOGGING__DISTRIBUTED": "warning",
}
JSON_LOGS = {
    "PREFECT_LOGGING_FORMATTERS_JSON_CLASS": "pipeline.log_lines.JsonLines",
    "PREFECT_LOGGING_HANDLERS_CONSOLE_FORMATTER": "json",
}
# Equal to config.LogLevel, whose import takes half a second in which the server could start.
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
NO_PAGE = "PIPELINE_PREFECT_IS_EPHEMERAL"
"""Set while the run owns Prefect's server, so that nothing links to a page that is gone after the run."""
START_SECONDS = 120.0
STOP_SECONDS = 3.0


def set_defaults(environment: MutableMapping[str, str]) -> None:
    """Set the variables that Prefect reads on import; those already set are kept."""
    defaults = QUIET | {
        "PREFECT_HOME": str(home()),
        "PREFECT_LOGGING_LEVEL": _log_level(environment),
    }
    if environment.get("LOG_FORMAT") == "json":
        defaults |= JSON_LOGS
    for name, value in defaults.items():
        environment.setdefault(name, value)


def _log_level(environment: Mapping[str, str]) -> str:
    """The raw setting; invalid values are rejected later, with a message, when the settings are read."""
    level = environment.get("LOG_LEVEL", "").upper()
    return level if level in LOG_LEVELS else "INFO"


def home() -> Path:
    """Where Prefect stores its files: with the checkout's other local files, else in a temporary folder."""
    local = Path(__file__).parents[2] / ".local"
    return (
        local if local.is_dir() and os.access(local, os.W_OK) else Path(tempfile.gettempdir())
    ) / "prefect"


def start_early(environment: Mapping[str, str], *, has_schedules: bool = False) -> None:
    """Start the server that ``own_server`` will use, unless the settings specify another one."""
    if not environment.get("PREFECT_API_URL"):
        _started.append(_start(environment, has_schedules=has_schedules))


def discard_early() -> None:
    """Stop a server that was started early but is not needed."""
    for server in _started:
        with server:
            server.kill()
    _started.clear()


@contextmanager
def own_server(environment: Mapping[str, str], start_seconds: float = START_SECONDS) -> Iterator[str]:
    """A Prefect server for the block; yields its API's address. It stops with this process in any case.

    Raises IngestError if it does not start in that time.
    """
    server = _started.pop() if _started else _start(environment, has_schedules=False)
    with server:
        try:
            yield _address(server, start_seconds)
        finally:
            _stop(server)


def _start(environment: Mapping[str, str], *, has_schedules: bool) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "pipeline.prefect_server", *([WITH_SCHEDULES] if has_schedules else [])],
        env=dict(environment),
        cwd=Path(__file__).parents[1],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


_started: list[subprocess.Popen[str]] = []


def _address(server: subprocess.Popen[str], start_seconds: float) -> str:
    """The address that the server prints, once it responds."""
    deadline, output = time.monotonic() + start_seconds, server.stdout
    if not output or not select.select([output], [], [], start_seconds)[0]:
        raise _silent(start_seconds)
    line = output.readline().strip()
    if not line:
        raise IngestError(f"Prefect's server did not start (exit code {server.wait()})")
    # One client for all attempts: each new client loads all certificates, which would keep half a core busy.
    with httpx.Client(base_url=line, timeout=5) as client:
        while time.monotonic() < deadline:
            with suppress(httpx.HTTPError):
                if client.get("/health").status_code == 200:
                    return line
            time.sleep(0.05)
    raise _silent(start_seconds)


def _silent(start_seconds: float) -> IngestError:
    return IngestError(f"Prefect's server did not respond within {start_seconds:.0f} s")


def _stop(server: subprocess.Popen[str]) -> None:
    if server.stdin:
        server.stdin.close()
    try:
        server.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
