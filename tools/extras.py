"""Targets whose work lies in other folders: each runs what is there, and fails clearly when nothing is."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tools import apt, environments, settings
from tools.bench.run import bench
from tools.console import say
from tools.load import load
from tools.paths import ENV_FILE, ROOT, python_of
from tools.problem import Problem, guarded


def _has_module(folder: Path, module: str) -> bool:
    return (folder / module / "__main__.py").is_file() or (folder / f"{module}.py").is_file()


def _run(service: str, module: str, arguments: list[str], environment: dict[str, str]) -> int:
    say(f"• {service}: python -m {module} {' '.join(arguments)}".rstrip())
    command = [str(python_of(service)), "-m", module, *arguments]
    return subprocess.run(command, cwd=ROOT / service, env=environment, check=False).returncode


def screenshots(arguments: list[str]) -> int:
    """Pictures of the running reports."""
    if not _has_module(ROOT / "dash", "screenshots"):
        raise Problem("there is nothing yet that takes pictures (dash/screenshots.py).")
    apt.ensure(browser=True)
    environments.ensure(["dash"])
    return _run("dash", "screenshots", arguments, settings.environment(settings.read(ENV_FILE)))


def images(arguments: list[str]) -> int:
    """The services' images, by the engine of this machine."""
    return subprocess.run(
        [sys.executable, "-m", "tools.images", *arguments], cwd=ROOT, env=os.environ, check=False
    ).returncode


def deploy_check(arguments: list[str]) -> int:
    """Terraform's own check script."""
    script = ROOT / "terraform" / "check.sh"
    if not script.is_file():
        raise Problem("the deployment has no checks yet (terraform/check.sh).")
    return subprocess.run(["bash", str(script), *arguments], cwd=ROOT, env=os.environ, check=False).returncode


COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "bench": bench,
    "load": load,
    "screenshots": screenshots,
    "images": images,
    "deploy-check": deploy_check,
}


def main() -> int:
    name, *arguments = sys.argv[1:] or [""]
    if name not in COMMANDS:
        raise Problem(f"one of {', '.join(COMMANDS)} is needed.")
    return COMMANDS[name](arguments)


if __name__ == "__main__":
    sys.exit(guarded(main))
