"""Workflow steps are single commands that tests run too, and the linters notice what they should."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tools.check import workflow_linters
from tools.ci.__main__ import STEPS
from tools.paths import ROOT
from tools.tests.repository.test_make import TARGETS

GUIDE = (ROOT / "docs" / "server_setup.md").read_text()
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
SHELL = re.compile(r"[;|&\n]|\$\(|\bfor\b|\bif\b")
# Commands that are not recipes of ours: each is short, and has no logic of its own.
OTHERS = re.compile(
    r"apt-get (update|install .*)"
    r"|git config --global --add safe\.directory .*"
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


def test_a_bare_machine_has_the_packages_of_the_guide_only() -> None:
    """And certificates, which every machine has that can clone over HTTPS."""
    (installed,) = re.findall(r"^apt-get install (python3 .*?)  ", GUIDE, re.MULTILINE)
    (command,) = [one for one in commands() if one.startswith("apt-get install")]
    assert {one for one in command.split()[2:] if one[0] != "-"} == {*installed.split(), "ca-certificates"}


def workflow(name: str) -> dict[Any, Any]:
    """A parsed workflow. Its key ``on`` becomes ``True``, as YAML 1.1 defines."""
    found: dict[Any, Any] = yaml.safe_load((ROOT / ".github" / "workflows" / f"{name}.yml").read_text())
    return found


def test_documentation_is_no_deployment() -> None:
    assert set(workflow("deploy")[True]["push"]["paths-ignore"]) == {"docs/**", "**.md", "LICENSE"}


@pytest.mark.parametrize(("name", "job"), [("deploy", "images"), ("release", "release")])
def test_a_fork_without_a_registry_stays_green(name: str, job: str) -> None:
    assert "vars.DOCKERHUB_NAMESPACE != ''" in workflow(name)["jobs"][job]["if"]


def test_a_stage_can_be_the_only_one() -> None:
    jobs = workflow("deploy")["jobs"]
    assert jobs["first"]["with"]["stage"] == "${{ vars.FIRST_STAGE || 'dev' }}"
    assert jobs["stages"]["if"] == "${{ vars.STAGES != '[]' }}"


def test_every_job_that_installs_packages_reuses_them() -> None:
    jobs = {f"{name}/{key}": job for name in ("ci", "slow") for key, job in workflow(name)["jobs"].items()}
    installs = {key: job for key, job in jobs.items() if "container" in job}
    assert {"ci/lint", "ci/test", "slow/test"} <= installs.keys()
    uses = {key: [step.get("uses", "") for step in job["steps"]] for key, job in installs.items()}
    assert [
        key for key, found in uses.items() if not any(use.startswith("actions/cache@") for use in found)
    ] == []


def test_pull_requests_of_a_workflow_get_checks() -> None:
    assert "workflow_dispatch" in workflow("ci")[True]
    assert workflow("packages")["jobs"]["upgrade"]["permissions"]["actions"] == "write"


def test_a_finding_in_the_base_image_can_be_accepted_for_one_commit() -> None:
    (scan,) = [
        step for step in workflow("images")["jobs"]["build"]["steps"] if "scan-action" in step.get("uses", "")
    ]
    assert scan["with"]["fail-build"] == "${{ vars.ACCEPT_SCAN_OF != github.sha }}"


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
