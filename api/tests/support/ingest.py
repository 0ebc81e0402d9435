"""The published sample, loaded by the real portal and the real flow in the pipeline's environment."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.databases import Database

ROOT = Path(__file__).parents[3]
PIPELINE = ROOT / "prefect"
PYTHON = ROOT / ".local" / "venv" / "prefect" / "bin" / "python"
SHARED = ROOT.parent / "shared" / "data"
SAMPLE = SHARED / "requests_2020_sample.json"
GOLDEN = SHARED / "golden"
OFFICIAL_POLYGONS = SHARED / "nc_boundaries_official.geojson"
PORTAL_ADDRESS = re.compile(r"sample portal on (http://\S+),")
# A run takes ten; a busy machine may need many more. Less than a test's limit, so that the output is shown.
RUN_SECONDS = 280


def require_sample() -> None:
    """Skip without the sample or the pipeline's environment."""
    if not SAMPLE.is_file():
        pytest.skip("the city's sample is not next to this checkout (../shared/data)")
    if not PYTHON.is_file():
        pytest.skip("the pipeline's environment is not installed (make setup)")


@contextmanager
def portal() -> Iterator[str]:
    """The URL of a sample portal that serves the published rows and the official polygons."""
    environment = os.environ | {
        "PORTAL_PORT": "0",
        "PORTAL_DATA": str(SAMPLE),
        "PORTAL_BOUNDARIES": str(OFFICIAL_POLYGONS),
    }
    command = [str(PYTHON), "-m", "portal"]
    with subprocess.Popen(
        command, cwd=PIPELINE, env=environment, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        try:
            yield _address(process.stderr)
        finally:
            process.terminate()


def _address(lines: Iterator[str]) -> str:
    for line in lines:
        if match := PORTAL_ADDRESS.search(line):
            return match[1]
    raise AssertionError("the portal ended before it served")


def run_ingest(database: Database, portal_url: str) -> None:
    """``python flow.py``, which must succeed."""
    environment = os.environ | {
        "DATABASE_LOADER_URL": database.loader_url,
        "SOCRATA_URL": portal_url,
        "API_URL": "",
    }
    done = subprocess.run(
        [str(PYTHON), "flow.py"],
        cwd=PIPELINE,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=RUN_SECONDS,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
