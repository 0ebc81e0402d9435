"""Every suite blocks the network and ends tests that hang: a probe under each suite's own settings."""

from __future__ import annotations

import subprocess
import tomllib
from pathlib import Path

import pytest

from tools.paths import FOLDERS_WITH_ENVIRONMENT, ROOT, python_of

# 192.0.2.0/24 is reserved for documentation: no host has such an address.
PROBE = """
import socket, time

def test_reaches_this_machine():
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()

def test_reaches_another_machine():
    socket.create_connection(("192.0.2.1", 80), timeout=5)

def test_hangs():
    time.sleep(60)
"""


def run_probe(folder: str, file: Path, *arguments: str) -> str:
    file.write_text(PROBE)
    command = [str(python_of(folder)), "-m", "pytest", "-c", f"{ROOT / folder}/pyproject.toml", str(file)]
    command += [
        "--rootdir",
        str(file.parent),
        "--import-mode=importlib",
        "-p",
        "no:cacheprovider",
        "--tb=line",
    ]
    return subprocess.run(
        [*command, *arguments], cwd=file.parent, capture_output=True, text=True, check=False
    ).stdout


@pytest.mark.parametrize("folder", FOLDERS_WITH_ENVIRONMENT)
def test_other_machines_are_out_of_reach_and_a_test_that_hangs_fails(folder: str, tmp_path: Path) -> None:
    """One run for both, because most of its time is startup."""
    said = run_probe(folder, tmp_path / "test_probe.py", "-o", "timeout=1")
    assert 'tried to use socket.socket.connect() with host "192.0.2.1"' in said
    assert "Timeout (>1.0s)" in said
    assert "2 failed, 1 passed" in said


@pytest.mark.parametrize("folder", FOLDERS_WITH_ENVIRONMENT)
def test_a_test_has_fifteen_minutes(folder: str) -> None:
    declared = tomllib.loads((ROOT / folder / "pyproject.toml").read_text())
    assert declared["tool"]["pytest"]["ini_options"]["timeout"] == 900
