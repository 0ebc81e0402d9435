"""Helpers for steps: commands that must succeed, inputs that must be set, outputs for later steps."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from tools.paths import ROOT
from tools.problem import Problem


def output_of(*command: str) -> str:
    """The output of the command. Raises Problem with its error output if it fails."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Problem(f"{' '.join(command)} failed:\n{done.stderr.strip()}")
    return done.stdout.strip()


def given(name: str) -> str:
    """An input of the step. Raises Problem if it is missing or empty."""
    if not os.environ.get(name):
        raise Problem(f"{name} is not set.")
    return os.environ[name]


def append_to(variable: str, line: str) -> None:
    """Add a line to the file that GitHub names in GITHUB_OUTPUT or GITHUB_STEP_SUMMARY."""
    with Path(given(variable)).open("a") as file:
        file.write(f"{line}\n")
