"""Copies of the tools as separate checkouts."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tools.paths import ROOT
from tools.servers.users import as_user


@dataclass(frozen=True)
class Checkout:
    """The tools in a separate folder, run by a user."""

    folder: Path
    user: str = "root"

    def run(self, *arguments: str, path: str = os.environ["PATH"]) -> subprocess.CompletedProcess[str]:
        """Run ``python -m …`` there, with an environment that has nothing from these tests."""
        interpreter = Path(sys.executable).resolve()
        command = [str(interpreter), "-m", *arguments]
        if self.user != "root":
            # With the right to read, because the interpreter itself may be in a closed folder.
            command = as_user(self.user, command, interpreter.parent)
        clean = {"PATH": path, "HOME": str(self.folder), "PYTHONDONTWRITEBYTECODE": "1"}
        return subprocess.run(
            command, cwd=self.folder, env=clean, capture_output=True, text=True, check=False
        )


def copy_tools(target: Path) -> None:
    shutil.copytree(ROOT / "tools", target / "tools", ignore=shutil.ignore_patterns("tests", "__pycache__"))
    shutil.copy(ROOT / ".env.example", target)
