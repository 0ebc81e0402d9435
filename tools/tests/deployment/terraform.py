"""Terraform as the tests run it: working files under .local, and the provider that this machine has."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tools.deployment.costs import WORK
from tools.paths import ROOT
from tools.problem import indented

FOLDER = ROOT / "terraform"
NO_TERRAFORM = "terraform is not installed; the workflow ci runs it"
NO_PROVIDER = (
    "no provider: TF_PLUGIN_DIR names a folder that has it, or TF_PLUGIN_DIR=download fetches it; "
    "the workflow ci does"
)


def run(
    command: list[str],
    folder: Path,
    extra: Mapping[str, str],
    good: tuple[int, ...] = (0,),
    seconds: float = 1800,
) -> subprocess.CompletedProcess[str]:
    """Run to completion; fails the test, showing the end of the output, if the exit code is not good."""
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=os.environ | extra,
            capture_output=True,
            text=True,
            check=False,
            timeout=seconds,
        )
    except subprocess.TimeoutExpired:
        pytest.fail(f"{' '.join(command[:3])} took longer than {seconds:.0f} seconds")
    if done.returncode not in good:
        pytest.fail(indented(done.stdout + done.stderr, 30))
    return done


def program() -> str:
    """The path of terraform; skips the test if there is none."""
    return shutil.which("terraform") or pytest.skip(NO_TERRAFORM)


def provider_options() -> list[str]:
    """Options for ``terraform init``; skips the test if there is no provider."""
    place = os.environ.get("TF_PLUGIN_DIR", "")
    if place == "download":
        return []
    if not Path(place, "registry.terraform.io").is_dir():
        pytest.skip(NO_PROVIDER)
    return [f"-plugin-dir={place}"]


class Workspace:
    """The configuration with its own data folder, so that stages do not share one."""

    def __init__(self, name: str, extra: Mapping[str, str] | None = None) -> None:
        self.folder = WORK / name
        self.folder.mkdir(parents=True, exist_ok=True)
        self.extra = {"TF_DATA_DIR": str(self.folder / "data"), "TF_IN_AUTOMATION": "1"}
        self.extra["TF_CLI_ARGS"] = "-no-color"
        self.extra |= extra or {}
        # A missing settings file only causes warnings.
        if not Path(os.environ.get("TF_CLI_CONFIG_FILE", "/")).exists():
            self.extra["TF_CLI_CONFIG_FILE"] = os.devnull

    def __call__(self, *arguments: str, good: tuple[int, ...] = (0,)) -> subprocess.CompletedProcess[str]:
        """Run a subcommand on the configuration."""
        return run([program(), *arguments], FOLDER, self.extra, good)

    def init(self, *options: str) -> None:
        self("init", "-input=false", "-lockfile=readonly", *provider_options(), *options)
