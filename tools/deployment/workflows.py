"""The workflows of GitHub: against their schema, and against what attackers know. Both offline."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from tools.paths import ENVIRONMENTS, ROOT

FOLDER = ROOT / ".github" / "workflows"
DEPENDABOT = ROOT / ".github" / "dependabot.yml"
HARMLESS = {"Informational", "Unknown"}


def _tool(name: str) -> str:
    return str(ENVIRONMENTS / "tools" / "bin" / name)


def invalid() -> list[str]:
    """What their schemas refuse; empty when nothing."""
    workflows = sorted(map(str, FOLDER.glob("*.yml")))
    lines: list[str] = []
    for schema, files in (("vendor.github-workflows", workflows), ("vendor.dependabot", [str(DEPENDABOT)])):
        command = [_tool("check-jsonschema"), "--builtin-schema", schema, *files]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        lines += (done.stdout + done.stderr).splitlines() if done.returncode else []
    return lines


def findings() -> list[str]:
    """What zizmor finds above informational, with its place."""
    command = [_tool("zizmor"), "--offline", "--quiet", "--no-exit-codes", "--format", "json"]
    done = subprocess.run(
        [*command, str(ROOT / ".github")], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        return done.stderr.splitlines()
    return [
        f"{place(found)}: {found['ident']}: {found['desc']}"
        for found in json.loads(done.stdout)
        if found["determinations"]["severity"] not in HARMLESS and not found["ignored"]
    ]


def place(found: dict[str, Any]) -> str:
    """File and line of a finding."""
    location = found["locations"][0]
    file = Path(location["symbolic"]["key"]["Local"]["verbatim_path"]).name
    return f"{file}:{location['concrete']['location']['start_point']['row'] + 1}"
