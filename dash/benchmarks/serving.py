"""The report server and the API as they run in production, for external measurements."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

DASH = Path(__file__).parent.parent
API = DASH.parent / "api"
# Each service has its own virtual environment, in the same folder as this one.
API_PYTHON = Path(sys.prefix).parent / "api" / "bin" / "python"
START_SECONDS = 60
# A Dash application with nothing but a heading.
EMPTY = "import dash; app = dash.Dash('empty'); app.layout = dash.html.H1('Empty'); server = app.server"


@dataclass(frozen=True)
class Served:
    """A running gunicorn."""

    url: str
    process: subprocess.Popen[bytes]

    def get(self, path: str) -> bytes:
        with urllib.request.urlopen(self.url + path, timeout=60) as response:  # noqa: S310
            body: bytes = response.read()
            return body

    def megabytes_of_workers(self) -> list[float]:
        """Resident memory of each worker, in megabytes."""
        pids = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        statuses = [Path(f"/proc/{pid}/status").read_text() for pid in pids]
        return [int(text.split("VmRSS:")[1].split()[0]) / 1024 for text in statuses]


@contextmanager
def reports(**settings: str) -> Iterator[Served]:
    """Serve the reports from the database configured in this process's environment."""
    with _gunicorn(["-c", "gunicorn.conf.py", "app:server"], DASH, settings) as served:
        yield served


@contextmanager
def api(**settings: str) -> Iterator[str]:
    """Run the API in its own virtual environment, on the database of this process; yields its URL."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [str(API_PYTHON), "-m", "lacity_data_api"]
    environment = os.environ | {"API_PORT": str(port), "API_WORKERS": "1", "API_PUBLIC_URL": url} | settings
    process = subprocess.Popen(command, cwd=API, env=environment, stdout=subprocess.DEVNULL)
    try:
        wait(f"{url}/status/ready", process)
        yield url
    finally:
        process.terminate()
        process.wait(30)


@contextmanager
def empty(folder: Path) -> Iterator[Served]:
    """Serve an empty Dash application with one worker."""
    (folder / "empty.py").write_text(EMPTY)
    with _gunicorn(["--worker-class", "gthread", "empty:server"], folder, {}) as served:
        yield served


@contextmanager
def _gunicorn(arguments: Sequence[str], folder: Path, settings: Mapping[str, str]) -> Iterator[Served]:
    port = free_port()
    environment = os.environ | {"REPORTS_PORT": str(port), "LOG_LEVEL": "WARNING"} | settings
    bind = ["--bind", f"127.0.0.1:{port}", "--log-level", "warning"]
    command = [sys.executable, "-m", "gunicorn", *bind, *arguments]
    process = subprocess.Popen(command, cwd=folder, env=environment)
    served = Served(f"http://127.0.0.1:{port}", process)
    try:
        wait(served.url + "/", process)
        yield served
    finally:
        process.terminate()
        process.wait(30)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def wait(url: str, process: subprocess.Popen[bytes]) -> None:
    """Wait for a response with any status. Raises RuntimeError if the server does not start."""
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=60):  # noqa: S310
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"{url} does not respond")
