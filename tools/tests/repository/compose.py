"""The compose files as Compose itself interprets them, without Docker."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Mapping
from functools import cache
from typing import Any

from tools.paths import ENVIRONMENTS, ROOT

BASE, PRODUCTION = "docker-compose.yml", "docker-compose.production.yml"
DEVELOPMENT, TWIN = (BASE,), (BASE, PRODUCTION)
REQUIRED = re.compile(r"\$\{([A-Z_]+):\?")
NAMED = re.compile(r"\$\{([A-Z_]+)[:}]")
# The executable itself: the command that the package installs always exits with 0.
PROGRAM = "lib/python*/site-packages/compose/docker-compose"
PROFILES = ("portal", "load", "load-many", "monitoring")
DIGEST = "registry.example/name@sha256:" + "0" * 64


def text_of(files: tuple[str, ...]) -> str:
    return "".join((ROOT / file).read_text() for file in files)


def values_for(files: tuple[str, ...]) -> dict[str, str]:
    """A value for everything that has no default."""
    return {
        name: DIGEST if name.endswith("_IMAGE") else name.lower() for name in REQUIRED.findall(text_of(files))
    }


def call(
    files: tuple[str, ...], values: Mapping[str, str], *arguments: str
) -> subprocess.CompletedProcess[str]:
    """Run ``docker-compose config`` with nothing but these values, not even a file ``.env``."""
    chosen = [part for file in files for part in ("-f", file)]
    profiles = [part for name in PROFILES for part in ("--profile", name)]
    program = next((ENVIRONMENTS / "tools").glob(PROGRAM))
    return subprocess.run(
        [str(program), "--env-file", "/dev/null", *chosen, *profiles, "config", *arguments],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", **values},
        capture_output=True,
        text=True,
        check=False,
    )


@cache
def services(files: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    """Every service, with all files merged and all values filled in."""
    done = call(files, values_for(files), "--format", "json")
    assert done.returncode == 0, done.stderr
    found: dict[str, dict[str, Any]] = json.loads(done.stdout)["services"]
    return found
