"""Every Make target is in ``make help`` and in the README, and documents name only targets that exist."""

from __future__ import annotations

import re
import subprocess

import pytest

from tools.paths import ROOT
from tools.tests.repository.sources import with_suffix

MAKEFILE = (ROOT / "Makefile").read_text()
PHONY = re.search(r"^\.PHONY:((?:.*\\\n)*.*)", MAKEFILE, re.MULTILINE)
TARGETS = set(PHONY[1].replace("\\", " ").split()) if PHONY else set()
NAMED = re.compile(r"`(?:[A-Z_]+=\S+ )*make ((?:[a-z][a-z-]*)(?: [a-z][a-z-]*)*)")


def test_there_are_targets() -> None:
    assert {"help", "up", "down", "test", "lint", "format", "bench", "load", "psql", "logs"} <= TARGETS


def test_every_target_is_in_make_help() -> None:
    said = subprocess.check_output(["make", "--no-print-directory", "help"], cwd=ROOT, text=True)
    described = {line.split()[0]: line.split()[1:] for line in said.splitlines() if line.startswith("  ")}
    assert described.keys() == TARGETS
    assert all(described.values())


def test_every_target_is_in_the_readme() -> None:
    named = set(re.findall(r"`make ([a-z-]+)", (ROOT / "README.md").read_text()))
    assert TARGETS - named == set()


@pytest.mark.parametrize("path", with_suffix(".md"), ids=str)
def test_documents_name_only_targets_that_exist(path: object) -> None:
    named = {word for words in NAMED.findall((ROOT / str(path)).read_text()) for word in words.split()}
    assert named - TARGETS == set()


def test_an_unknown_command_of_a_tool_says_which_there_are() -> None:
    for tool in ("session", "extras", "check"):
        done = subprocess.run(
            ["python3", "-m", f"tools.{tool}", "no-such-thing"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 1
        assert "is needed" in done.stderr


def test_ci_runs_exactly_what_a_developer_runs() -> None:
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    assert re.findall(r"^[^#\n]*make .*$", script.read_text(), re.MULTILINE)[0].startswith(
        ("make test", "exec make test")
    )
