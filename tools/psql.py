"""Runs PostgreSQL's clients; errors of scripts become a Problem."""

from __future__ import annotations

import os
import subprocess

from tools.problem import Problem
from tools.servers.programs import client


def run(url: str, program: str, *options: str, script: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run a client to its end, such as psql with a script."""
    command, password = client(program, url, *options)
    return subprocess.run(
        command, input=script, env=os.environ | password, capture_output=True, text=True, check=False
    )


def value(url: str, script: str, **names: str) -> str:
    """The rows of a script, unaligned; ``:"name"`` and ``:'name'`` in it stand for the given names.

    Raises Problem with psql's message.
    """
    given = [f"--set={name}={text}" for name, text in names.items()]
    result = run(url, "psql", "-XqAt", "-v", "ON_ERROR_STOP=1", *given, script=script)
    if result.returncode:
        raise Problem(f"a database query failed: {result.stderr.strip()}")
    return result.stdout.strip()
