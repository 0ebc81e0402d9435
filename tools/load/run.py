"""``make load``, from its arguments to Locust's verdict."""

from __future__ import annotations

import subprocess

from tools import environments
from tools.load.size import FOLDER, parse, size_of
from tools.load.system import fresh_system, pictured
from tools.load.users import locust_command, soaked
from tools.paths import ROOT, SERVICES


def load(arguments: list[str]) -> int:
    """Run the load tests; returns 0 if every service level was met."""
    chosen, for_locust = parse(arguments)
    environments.ensure(["locust"])
    if chosen.url:
        command = locust_command(chosen.url, FOLDER, for_locust)
        return subprocess.run(command, cwd=ROOT / "locust", check=False).returncode
    size = size_of(chosen)
    folders = [*SERVICES, *(["tools"] if size.is_pictured else [])]
    environments.ensure_with_packages(folders, *(["prometheus"] if size.is_pictured else []))
    with fresh_system(size) as (supervisor, plan), pictured(supervisor, plan, size):
        return soaked(supervisor, plan, size, for_locust)
