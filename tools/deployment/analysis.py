"""Checkov: known mistakes in the configuration of AWS, looked for offline."""

from __future__ import annotations

import json
from typing import Any

from tools import environments
from tools.deployment.checks import Failed, indented
from tools.deployment.terraform import FOLDER, run
from tools.paths import python_of

STAGES = ("dev", "prod", "small")
EXAMPLE = "stages/example.tfvars"


def scan(stage: str) -> dict[str, Any]:
    """Checkov's report of a stage."""
    command = [str(python_of("terraform").with_name("checkov")), "--directory", str(FOLDER), "--quiet"]
    command += ["--framework", "terraform", "--skip-download", "--output", "json"]
    command += ["--var-file", str(FOLDER / f"stages/{stage}.tfvars"), "--var-file", str(FOLDER / EXAMPLE)]
    found: dict[str, Any] = json.loads(run(command, FOLDER, {}, good=(0, 1)).stdout)
    return found


def complaints(report: dict[str, Any]) -> list[str]:
    """Findings, and suppressed findings without a reason."""
    results = report["results"]
    found = [f"{item['check_id']} {item['resource']}" for item in results["failed_checks"]]
    # Checkov leaves these out of a report that has findings.
    for item in results.get("skipped_checks", []):
        reason = item["check_result"].get("suppress_comment") or ""
        if len(reason.split()) < 4:
            found.append(f"{item['check_id']} {item['resource']}: suppressed without a reason")
    return found


def explained() -> str:
    """No finding in any stage except those that the code explains where they are."""
    environments.ensure(["terraform"])
    seen = []
    for stage in STAGES:
        report = scan(stage)
        if found := complaints(report):
            raise Failed(indented("\n".join(found)))
        summary = report["summary"]
        seen.append(f"{stage}: {summary['passed']} passed, {summary['skipped']} explained")
    return "; ".join(seen)
