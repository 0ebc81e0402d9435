"""The checks of the deployment that need no account: format, validity, rules, types."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from tools.deployment.costs import STAGES, WORK
from tools.paths import python_of
from tools.tests.deployment.stages import EXAMPLE
from tools.tests.deployment.terraform import FOLDER, Workspace, program, provider_options, run

pytestmark = [pytest.mark.deployment, pytest.mark.timeout(3600)]
PYTHON = str(python_of("terraform"))


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    found = Workspace("static")
    found.init("-backend=false")
    return found


def test_configuration_is_formatted() -> None:
    run([program(), "fmt", "-check", "-recursive", "-diff"], FOLDER, {"TF_CLI_ARGS": "-no-color"})


def test_configuration_is_valid(workspace: Workspace) -> None:
    workspace("validate")


def test_rules_hold(workspace: Workspace) -> None:
    """``terraform test``: network, data, edge, tasks, roles and stages, with a mocked provider."""
    assert re.search(r"[1-9]\d* passed, 0 failed", workspace("test").stdout)


@pytest.fixture(scope="module")
def needs() -> dict[str, set[str]]:
    """What each resource waits for, directly. The graph needs a backend, so that of a copy is local."""
    found = Workspace("graph")
    copy = found.folder / "configuration"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(FOLDER, copy, ignore=shutil.ignore_patterns(".*_cache", ".terraform", "__pycache__"))
    Path(copy, "backend_override.tf").write_text('terraform {\n  backend "local" {}\n}\n')
    found.extra["TF_CLI_ARGS"] = ""
    found(f"-chdir={copy}", "init", "-input=false", "-lockfile=readonly", *provider_options())
    edges = re.findall(r'"(\S+)" -> "(\S+)"', found(f"-chdir={copy}", "graph").stdout)
    return {source: {target for each, target in edges if each == source} for source, _ in edges}


def waits_for(needs: dict[str, set[str]], resource: str) -> set[str]:
    """What a resource waits for, also indirectly."""
    found: set[str] = set()
    left = [resource]
    while left:
        left += (new := needs.get(left.pop(), set()) - found)
        found |= new
    return found


@pytest.mark.parametrize(
    "resource",
    ["module.observability.aws_db_event_subscription.this", "module.database.aws_ssm_parameter.url"],
)
def test_what_names_a_database_waits_until_it_is_there(needs: dict[str, set[str]], resource: str) -> None:
    """RDS subscribes to existing instances only; new passwords are stored when nothing else takes time."""
    databases = {"module.database.aws_db_instance.this", "module.database.aws_db_instance.replica"}
    assert databases <= waits_for(needs, resource)


def test_deployment_code_is_typed() -> None:
    run([PYTHON, "-m", "mypy"], FOLDER, {})


def test_deployment_code_passes_its_tests() -> None:
    """Deployments of images to an emulated account."""
    WORK.mkdir(parents=True, exist_ok=True)
    command = [PYTHON, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--cov"]
    run(command, FOLDER, {"COVERAGE_FILE": str(WORK / "coverage")})


def complaints(report: dict[str, Any]) -> list[str]:
    """Checkov's findings, and those that are suppressed without a reason."""
    results = report["results"]
    found = [f"{item['check_id']} {item['resource']}" for item in results["failed_checks"]]
    # Checkov leaves these out of a report that has findings.
    for item in results.get("skipped_checks", []):
        reason = item["check_result"].get("suppress_comment") or ""
        if len(reason.split()) < 4:
            found.append(f"{item['check_id']} {item['resource']}: suppressed without a reason")
    return found


@pytest.mark.parametrize("stage", STAGES)
def test_checkov_finds_nothing_unexplained(stage: str) -> None:
    command = [str(python_of("terraform").with_name("checkov")), "--directory", str(FOLDER), "--quiet"]
    command += ["--framework", "terraform", "--skip-download", "--output", "json"]
    command += ["--var-file", str(FOLDER / f"stages/{stage}.tfvars"), "--var-file", str(FOLDER / EXAMPLE)]
    assert complaints(json.loads(run(command, FOLDER, {}, good=(0, 1)).stdout)) == []
