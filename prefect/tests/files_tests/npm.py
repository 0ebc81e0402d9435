"""npm packages, fetched once and verified; tests that need them are skipped if npm cannot be reached."""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest

CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "311-npm"
PACKAGES = {
    "@duckdb/duckdb-wasm@1.27.0": (
        "duckdb-duckdb-wasm-1.27.0.tgz",
        "qx0OjbS1NWAWZSU6hJb6bbyhN48LQn5kO54XsGeBdXbtJYDpPWGfTksP6meWsH8DKCUJIwAXLLImuGvIcY0l0A==",
    ),
    "apache-arrow@11.0.0": (
        "apache-arrow-11.0.0.tgz",
        "M8J4y+DimIyS44w2KOmVfzNHbTroR1oDpBKK6BYnlu8xVB41lxTz0yLmapo8/WJVAt5XcinAxMm14M771dm/rA==",
    ),
}


def packages() -> dict[str, Path]:
    """The folder of each unpacked package, by name and version."""
    return {name: _unpacked(name, *known) for name, known in PACKAGES.items()}


def _unpacked(name: str, archive: str, digest: str) -> Path:
    folder = CACHE / archive.removesuffix(".tgz")
    if not folder.is_dir():
        packed = _fetched(name, CACHE / archive)
        found = base64.b64encode(hashlib.sha512(packed.read_bytes()).digest()).decode()
        assert found == digest, f"{name} is not the package that was pinned"
        # Not tarfile: Debian 12's Python has no extraction filters, and later ones warn without them.
        unpacked = folder.with_suffix(".new")
        unpacked.mkdir(exist_ok=True)
        subprocess.run(["tar", "-xzf", packed, "-C", unpacked], check=True)
        unpacked.rename(folder)
    return folder / "package"


def _fetched(name: str, archive: Path) -> Path:
    archive.parent.mkdir(parents=True, exist_ok=True)
    if not shutil.which("npm"):
        pytest.skip("npm is not installed: DuckDB-WASM cannot be fetched")
    done = subprocess.run(
        ["npm", "pack", name], cwd=archive.parent, capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip(f"npm cannot fetch {name}: {done.stderr.strip()[-200:]}")
    return archive
