"""Static checks: form, validity, rules with a mocked provider, types, workflows, images."""

from __future__ import annotations

import re

from tools import environments
from tools.deployment import workflows
from tools.deployment.checks import Failed, Skipped, indented
from tools.deployment.terraform import FOLDER, WORK, Workspace, program, run
from tools.paths import ROOT, python_of


def formatted() -> str:
    run([program(), "fmt", "-check", "-recursive", "-diff"], FOLDER, {"TF_CLI_ARGS": "-no-color"})
    return "as terraform fmt writes it"


def valid() -> str:
    workspace = Workspace("static")
    workspace.init("-backend=false")
    workspace("validate")
    return "the configuration is valid"


def rules_hold() -> str:
    """``terraform test``: network, data, edge, tasks, roles and stages, with a mocked provider."""
    workspace = Workspace("static")
    workspace.init("-backend=false")
    printed = workspace("test").stdout
    found = re.search(r"([1-9]\d*) passed, 0 failed", printed)
    if not found:
        raise Failed(indented(printed))
    return f"{found[1]} runs passed"


def deploy_types() -> str:
    environments.ensure(["terraform"])
    run([str(python_of("terraform")), "-m", "mypy"], FOLDER, {})
    return "mypy, strict"


def deploy_tests() -> str:
    """The deployments themselves, against an emulated account."""
    environments.ensure(["terraform"])
    WORK.mkdir(parents=True, exist_ok=True)
    command = [str(python_of("terraform")), "-m", "pytest", "-q", "-p", "no:cacheprovider", "--cov"]
    printed = run(command, FOLDER, {"COVERAGE_FILE": str(WORK / "coverage")}).stdout
    return printed.strip().splitlines()[-1]


def sound_workflows() -> str:
    """The same as in ``make lint``."""
    environments.ensure(["tools"])
    if found := workflows.invalid() + workflows.findings():
        raise Failed(indented("\n".join(found)))
    return "valid, and zizmor finds nothing above informational"


def images() -> str:
    """Build and try the images, where this machine can."""
    if not (ROOT / "tools" / "images" / "__main__.py").is_file():
        raise Skipped("there are no images yet")
    printed = run(["python3", "-m", "tools.images", "check"], ROOT, {}, seconds=3600).stdout.strip()
    if printed.startswith("skipped: "):
        raise Skipped(printed.removeprefix("skipped: ") + "; the workflow ci builds them")
    return printed.splitlines()[-1]
