"""Run an image as production does: only /tmp is writable, no capabilities, little memory."""

from __future__ import annotations

import os
import secrets
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from tools.images.engines import Engine

HARDENED = [
    "--pull=never",
    "--read-only",
    "--cap-drop=all",
    "--security-opt=no-new-privileges",
    "--tmpfs=/tmp",
    "--pids-limit=256",
    "--memory=1g",
    # The servers that it is tested with listen on this machine only.
    "--network=host",
]
STOP_SECONDS = 30


def _options(engine: Engine, environment: Mapping[str, str]) -> list[str]:
    # Podman would otherwise add a writable /run and /var/tmp.
    strict = ["--read-only-tmpfs=false"] if engine.name == "podman" else []
    return [*HARDENED, *strict, *(part for name in environment for part in ("--env", name))]


def run(
    engine: Engine, image: str, environment: Mapping[str, str], *command: str
) -> subprocess.CompletedProcess[str]:
    """Run to completion; the values of the environment stay out of the process list."""
    return subprocess.run(
        engine.command("run", "--rm", *_options(engine, environment), image, *command),
        env=os.environ | dict(engine.environment) | dict(environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


@contextmanager
def running(engine: Engine, image: str, environment: Mapping[str, str], *command: str) -> Iterator[str]:
    """Run while the block runs; yields the container's name, and removes the container afterwards."""
    name = f"la311-{secrets.token_hex(4)}"
    with_values = Engine(engine.name, {**engine.environment, **environment})
    options = _options(engine, environment)
    with_values.call("run", "--detach", "--name", name, *options, image, *command)
    try:
        yield name
    finally:
        engine.call("rm", "--force", name)


def stop(engine: Engine, name: str) -> int:
    """Ask a container to stop as ECS and Compose do; returns its exit code."""
    engine.call("stop", "-t", str(STOP_SECONDS), name)
    return int(engine.call("inspect", "--format", "{{.State.ExitCode}}", name))
