"""Both stages in one emulated account, from nothing to nothing: what a team would do in the first week.

apply → nothing left to do → a deployment, which Terraform follows → a change shows only itself → one stage
goes, the other does not notice → nothing is left. It proves no permission, no quota and no engine version:
the emulator enforces none.
"""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

from tools.deployment.analysis import EXAMPLE, STAGES
from tools.deployment.checks import Failed, indented
from tools.deployment.emulator import KEYS, emulated_account
from tools.deployment.terraform import FOLDER, Workspace, program, provider_options, run
from tools.paths import python_of

# Nothing has moved since the plan before it.
CHANGE = ("-var=api_tasks={min=2,max=4}", "-refresh=false")
CHANGED = {"module.api.aws_appautoscaling_target.this"}
NOTHING, SOMETHING = 0, 2


class Stage:
    """One stage in the emulated account."""

    def __init__(self, name: str, endpoint: str, certificate: str) -> None:
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
        ]

    def init(self) -> None:
        """The state goes to the stage's own key of one bucket, as in a real account."""
        settings = ["bucket=state", "region=us-east-1", "use_path_style=true"]
        settings += [f"skip_{what}=true" for what in ("credentials_validation", "requesting_account_id")]
        backend = [f"-backend-config=stages/{self.name}.s3.tfbackend"]
        self.terraform.init("-reconfigure", *backend, *(f"-backend-config={setting}" for setting in settings))

    def apply(self) -> None:
        self.terraform("apply", "-auto-approve", *self.options)

    def destroy(self) -> None:
        self.terraform("destroy", "-auto-approve", "-refresh=false", *self.options)

    def changes(self, *options: str) -> set[str]:
        """Addresses of what a plan would change."""
        file = str(self.terraform.folder / "plan")
        made = self.terraform(
            "plan",
            "-detailed-exitcode",
            f"-out={file}",
            *self.options,
            *options,
            good=(NOTHING, SOMETHING),
        )
        if made.returncode == NOTHING:
            return set()
        plan = json.loads(self.terraform("show", "-json", file).stdout)
        changed = [item for item in plan["resource_changes"] if item["change"]["actions"] != ["no-op"]]
        return {item["address"] for item in changed} or {"outputs"}

    def expect(self, when: str, expected: set[str], *options: str) -> None:
        """Raises ``Failed`` when a plan would change anything else."""
        found = self.changes(*options)
        if found != expected:
            raise Failed(indented(f"{self.name}, {when}: the plan changes {sorted(found)}"))

    def do(self, *arguments: str) -> str:
        """What people and workflows do beside Terraform: tests/deployment.py."""
        described = self.terraform("output", "-json", "deployment").stdout if self.is_initialised() else ""
        command = [str(python_of("terraform")), "-m", "tests.deployment", *arguments]
        return run(command, FOLDER, self.extra | {"DEPLOYMENT": described}).stdout.strip().splitlines()[-1]

    def is_initialised(self) -> bool:
        return (self.terraform.folder / "data" / "terraform.tfstate").is_file()

    def resources(self) -> list[str]:
        return self.terraform("state", "list").stdout.split()


def make(stage: Stage) -> int:
    """Apply it twice, as it were; returns the number of resources."""
    stage.apply()
    stage.expect("applied", set())
    return len(stage.resources())


def both_stages() -> str:
    """The whole loop; returns what was there at its height."""
    program()
    provider_options()
    with emulated_account() as endpoint:
        return _loop(endpoint)


def _loop(endpoint: str) -> str:
    certificate = Stage("seed", endpoint, "").do("seed")
    stages = [Stage(name, endpoint, certificate) for name in STAGES]
    dev, prod = stages
    for stage in stages:
        stage.init()
    with ThreadPoolExecutor(len(stages)) as at_once:
        counts = list(at_once.map(make, stages))
    dev.do("deploy")
    dev.expect("deployed", set())
    dev.expect("changed", CHANGED, *CHANGE)
    dev.destroy()
    prod.expect("without dev", set())
    prod.do("unprotect", "la311-prod")
    prod.destroy()
    if left := [name for stage in stages for name in stage.resources()]:
        raise Failed(indented("\n".join(left)))
    return (
        f"{counts[0]} resources in dev and {counts[1]} in prod, made, planned, deployed, changed, destroyed"
    )
