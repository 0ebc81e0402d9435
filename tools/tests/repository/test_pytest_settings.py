"""Every suite blocks the network and ends tests that hang: a probe under each suite's own settings."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tools.paths import FOLDERS_WITH_ENVIRONMENT, ROOT, python_of
from tools.tests.repository.test_workflows import workflow

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


# Escaped, so that this file itself does not count.
SLOW = re.compile(r"pytest\.mark\.slow")


def options(folder: str) -> dict[str, Any]:
    """The settings of pytest in this folder."""
    declared = tomllib.loads((ROOT / folder / "pyproject.toml").read_text())
    found: dict[str, Any] = declared["tool"]["pytest"]["ini_options"]
    return found


def has_slow_tests(folder: str) -> bool:
    return any(SLOW.search(file.read_text()) for file in (ROOT / folder / "tests").rglob("*.py"))


WITH_SLOW_TESTS = [folder for folder in FOLDERS_WITH_ENVIRONMENT if has_slow_tests(folder)]


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
    assert options(folder)["timeout"] == 900


@pytest.mark.parametrize("folder", WITH_SLOW_TESTS)
def test_each_change_leaves_out_slow_tests(folder: str) -> None:
    chosen = options(folder)["addopts"]
    assert "not slow" in chosen[chosen.index("-m") + 1].split(" and ")


def test_the_nightly_workflow_runs_the_slow_tests_of_every_suite() -> None:
    assert workflow("slow")["jobs"]["test"]["strategy"]["matrix"]["suite"] == WITH_SLOW_TESTS
