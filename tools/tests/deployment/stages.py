"""A stage in an emulated account."""

from __future__ import annotations

import json
import re
from typing import Any

from tools.paths import python_of
from tools.tests.deployment.terraform import FOLDER, Workspace, run

EXAMPLE = "stages/example.tfvars"
KEYS = {"AWS_ACCESS_KEY_ID": "emulated", "AWS_SECRET_ACCESS_KEY": "emulated"}
NOTHING, FAILED, SOMETHING = 0, 1, 2


class Stage:
    """One stage in the emulated account."""

    def __init__(self, name: str, endpoint: str, certificate: str, *options: str) -> None:
        self.name = name
        self.extra = KEYS | {"AWS_ENDPOINT_URL": endpoint, "AWS_DEFAULT_REGION": "us-east-1"}
        self.terraform = Workspace(name, self.extra)
        self.options = [
            "-input=false",
            "-lock-timeout=60s",
            f"-var-file=stages/{name}.tfvars",
            f"-var-file={EXAMPLE}",
            f"-var=emulator_endpoint={endpoint}",
            f"-var=certificate_arn={certificate}",
            *options,
        ]

    def init(self) -> None:
        """Keep the state under the stage's key of one bucket, as in a real account."""
        settings = ["bucket=state", "region=us-east-1", "use_path_style=true"]
        settings += [f"skip_{what}=true" for what in ("credentials_validation", "requesting_account_id")]
        backend = [f"-backend-config=stages/{self.name}.s3.tfbackend"]
        self.terraform.init("-reconfigure", *backend, *(f"-backend-config={setting}" for setting in settings))

    def apply(self) -> None:
        self.terraform("apply", "-auto-approve", *self.options)

    def destroy(self, good: int = NOTHING) -> None:
        self.terraform("destroy", "-auto-approve", "-refresh=false", *self.options, good=(good,))

    def plan(self, *options: str) -> dict[str, Any]:
        """The plan as Terraform's JSON; empty if nothing would change."""
        file = str(self.terraform.folder / "plan")
        arguments = ["-detailed-exitcode", f"-out={file}", *self.options, *options]
        done = self.terraform("plan", *arguments, good=(NOTHING, SOMETHING))
        shown = self.terraform("show", "-json", file).stdout if done.returncode == SOMETHING else "{}"
        plan: dict[str, Any] = json.loads(shown)
        return plan

    def changes(self, *options: str) -> set[str]:
        """Addresses of the resources that a plan would change."""
        plan = self.plan(*options)
        if not plan:
            return set()
        changed = [item for item in plan["resource_changes"] if item["change"]["actions"] != ["no-op"]]
        return {item["address"] for item in changed} or {"outputs"}

    def expect(self, when: str, expected: set[str], *options: str) -> None:
        """Assert that a plan changes exactly these resources."""
        changes = self.changes(*options)
        assert changes == expected, f"{self.name}, {when}: {sorted(changes ^ expected)}"

    def do(self, *arguments: str) -> str:
        """Perform a step that engineers or workflows take outside Terraform; see tests/deployment.py."""
        described = self.terraform("output", "-json", "deployment").stdout if self.is_initialized() else ""
        command = [str(python_of("terraform")), "-m", "tests.deployment", *arguments]
        return run(command, FOLDER, self.extra | {"DEPLOYMENT": described}).stdout.strip().splitlines()[-1]

    def is_initialized(self) -> bool:
        return (self.terraform.folder / "data" / "terraform.tfstate").is_file()

    def managed(self) -> list[str]:
        """Addresses without those of data sources."""
        return [name for name in self.resources() if not re.search(r"(^|\.)data\.", name)]

    def resources(self) -> list[str]:
        return self.terraform("state", "list").stdout.split()
