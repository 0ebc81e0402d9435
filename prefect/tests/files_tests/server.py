"""The API's own file routes, served from a folder by a process in the API's environment."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline_tests.programs import wait_served
from pipeline_tests.real_api import PYTHON, ROOT, free_port, require_api

SCRIPT = Path(__file__).with_name("counting_server.py")


@dataclass(frozen=True)
class FileServer:
    """A running server that records what was transferred."""

    url: str
    log: Path

    def forget(self) -> None:
        """Count from now on."""
        self.log.write_text("")

    def requests(self) -> list[dict[str, object]]:
        """Every request so far."""
        return [json.loads(line) for line in self.log.read_text().splitlines()]


@contextmanager
def serve(folder: Path, log: Path) -> Iterator[FileServer]:
    """Serve until the block ends."""
    require_api()
    port = free_port()
    command = [str(PYTHON), str(SCRIPT), str(folder), str(port), str(log)]
    log.write_text("")
    environment = os.environ | {"PYTHONPATH": str(ROOT / "api")}
    url = f"http://127.0.0.1:{port}"
    with subprocess.Popen(command, cwd=ROOT / "api", env=environment) as process:
        try:
            wait_served(f"{url}/files", process)
            yield FileServer(url, log)
        finally:
            process.terminate()
