"""Runs scripts with psql, and reports its errors as a Problem."""

from __future__ import annotations

import os
import subprocess

from tools.problem import Problem
from tools.servers.programs import client


def value(url: str, script: str, **names: str) -> str:
    """The rows of a script, unaligned; ``:"name"`` and ``:'name'`` in it stand for the given names.

    Raises Problem with psql's message.
    """
    given = [f"--set={name}={text}" for name, text in names.items()]
    command, password = client("psql", url, "-XqAt", "-v", "ON_ERROR_STOP=1", *given)
    result = subprocess.run(
        command, input=script, env=os.environ | password, capture_output=True, text=True, check=False
    )
    if result.returncode:
        raise Problem(f"a database query failed: {result.stderr.strip()}")
    return result.stdout.strip()
