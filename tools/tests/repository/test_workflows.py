"""Workflow steps are single commands that tests run too, and the linters notice what they should."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
import yaml

from tools.check import workflow_linters
from tools.ci.__main__ import STEPS
from tools.paths import ROOT
from tools.tests.repository.test_make import TARGETS

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
SHELL = re.compile(r"[;|&\n]|\$\(|\bfor\b|\bif\b")
# Commands that are no recipe of ours: each is short, and has no logic of its own.
OTHERS = re.compile(
    r"git config --global --add safe\.directory .*"
    r"|python3 -m pip install --quiet --require-hashes -r terraform/requirements\.txt"
    r"|cosign sign --yes .*"
    r"|python3 -m deploy release .*"
)


def commands() -> list[str]:
    return [
        step["run"].strip()
        for path in WORKFLOWS
        for job in yaml.safe_load(path.read_text())["jobs"].values()
        for step in job.get("steps", [])
        if "run" in step
    ]


def test_a_step_is_one_command() -> None:
    assert len(commands()) >= 10
    assert [command for command in commands() if SHELL.search(command)] == []


def test_a_command_is_a_recipe_that_exists() -> None:
    make = {re.sub(r"\$\w+|\$\{\{.*?\}\}", "api", command) for command in commands()}
    targets = {command.split()[1].strip('"') for command in make if command.startswith("make ")}
    steps = {command.split()[3] for command in make if command.startswith("python3 -m tools.ci ")}
    rest = [name for name in make if not name.startswith(("make ", "python3 -m tools.ci "))]
    assert targets <= TARGETS
    # `audit` is called by its make target.
    assert steps == STEPS.keys() - {"audit"}
    assert [name for name in rest if not OTHERS.fullmatch(name)] == []


@pytest.mark.parametrize(
    ("linter", "step", "found"),
    [
        ("zizmor", "echo ${{ github.event.comment.body }}", "template-injection"),
        ("actionlint", "echo ${{ github.evnt.action }}", '"evnt" is not defined'),
        ("actionlint", "rm $UNQUOTED", "SC2086"),
    ],
)
def test_linters_find_mistakes(tmp_path: Path, linter: str, step: str, found: str) -> None:
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    (folder / "bad.yml").write_text(
        "name: bad\non: issue_comment\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n"
        f"      - run: {step}\n"
    )
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    done = subprocess.run(
        workflow_linters()[linter], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert found in done.stdout
    assert "bad.yml:7" in done.stdout
