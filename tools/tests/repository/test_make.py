"""Every Make target is in ``make help`` and in the README, and documents name only targets that exist."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tools.paths import ROOT
from tools.tests.programs import executable
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


@pytest.mark.parametrize(("user", "setting"), [("someone", "1"), ("", "")])
def test_no_compiled_modules_of_root_are_left_in_a_users_checkout(user: str, setting: str) -> None:
    command, sudo = ["make", "--no-print-directory", "--dry-run", "up"], os.environ | {"SUDO_USER": user}
    said = subprocess.check_output(command, cwd=ROOT, env=sudo, text=True)
    assert said.startswith(f"PYTHONDONTWRITEBYTECODE={setting} ")


def test_every_target_is_in_the_readme() -> None:
    named = set(re.findall(r"`make ([a-z-]+)", (ROOT / "README.md").read_text()))
    assert TARGETS - named == set()


@pytest.mark.parametrize("path", with_suffix(".md"), ids=str)
def test_documents_name_only_targets_that_exist(path: object) -> None:
    named = {word for words in NAMED.findall((ROOT / str(path)).read_text()) for word in words.split()}
    assert named - TARGETS == set()


def test_an_unknown_command_lists_the_known_ones() -> None:
    for tool in ("session", "check", "ci"):
        done = subprocess.run(
            ["python3", "-m", f"tools.{tool}", "no-such-thing"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 1
        assert re.search(r"a command is needed: \w+, ", done.stderr)


CLOSING_LINE = re.compile(r"\d+ passed, \d+ failed, \d+ skipped")


@pytest.fixture
def stand_in_for_make(tmp_path: Path) -> Callable[[str], subprocess.CompletedProcess[str]]:
    """Runs ``.ci/run`` with a shell script in place of ``make``."""

    def run(script: str) -> subprocess.CompletedProcess[str]:
        executable(tmp_path, "make", f'[ "$*" = test ] || exit 99\n{script}')
        environment = os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
        both = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        return subprocess.run([ROOT / ".ci" / "run"], env=environment, text=True, check=False, **both)  # type: ignore[call-overload,no-any-return]

    return run


def test_ci_passes_as_make_test_passes(
    stand_in_for_make: Callable[[str], subprocess.CompletedProcess[str]],
) -> None:
    done = stand_in_for_make("echo; echo '12 passed, 0 failed, 1 skipped'")
    assert done.returncode == 0
    assert CLOSING_LINE.fullmatch(done.stdout.splitlines()[-1])


def test_ci_fails_as_make_test_fails_and_still_ends_with_the_count(
    stand_in_for_make: Callable[[str], subprocess.CompletedProcess[str]],
) -> None:
    done = stand_in_for_make(
        "echo '11 passed, 1 failed, 1 skipped'; echo 'a warning' >&2; "
        "echo 'make: *** [Makefile:44: test] Error 1' >&2; exit 2"
    )
    assert done.returncode == 2
    assert "a warning" in done.stdout
    assert "***" not in done.stdout


def test_hooks_before_a_commit_need_no_network() -> None:
    configured = (ROOT / ".pre-commit-config.yaml").read_text()
    assert re.findall(r"repo: (.*)", configured) == ["local"]
    entries = re.findall(r"entry: make (.*)", configured)
    assert len(entries) == configured.count("entry:")
    assert set(entries) <= TARGETS
    subprocess.run([sys.executable, "-m", "pre_commit", "validate-config"], cwd=ROOT, check=True)
