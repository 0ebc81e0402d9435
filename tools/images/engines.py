"""The engine that builds and runs images: Docker or, if it does not respond, Podman."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field

from tools.paths import LOCAL
from tools.problem import Problem, indented
from tools.servers.users import is_root

FOLDER = LOCAL / "images"
# As root, Podman keeps its files under .local, and needs neither systemd nor a journal.
PODMAN_AS_ROOT = (
    "--cgroup-manager=cgroupfs",
    "--events-backend=file",
    f"--root={FOLDER}/storage",
    f"--runroot={FOLDER}/run",
)
NONE = """nothing here can build images: neither Docker nor Podman responds.
  Install one (on Debian: apt-get install podman); the workflow "images" builds them on GitHub in any case."""


@dataclass(frozen=True)
class Engine:
    """``docker`` or ``podman``, with the environment of its commands."""

    name: str
    environment: Mapping[str, str] = field(default_factory=dict)

    def command(self, *arguments: str) -> list[str]:
        is_private = self.name == "podman" and is_root()
        return [self.name, *(PODMAN_AS_ROOT if is_private else ()), *arguments]

    def call(self, *arguments: str) -> str:
        """The engine's output. Raises Problem with the end of the output if it fails."""
        done = subprocess.run(
            self.command(*arguments),
            env=os.environ | dict(self.environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise Problem(
                f"{self.name} {' '.join(arguments[:2])} failed:\n{indented(done.stderr + done.stdout)}"
            )
        return done.stdout.strip()

    def has_image(self, name: str) -> bool:
        """Whether the image is available locally; no registry is queried."""
        try:
            self.call("image", "inspect", name)
        except Problem:
            return False
        return True

    def size_bytes(self, name: str) -> int:
        """Bytes of an image's layers, unpacked."""
        return int(self.call("image", "inspect", "--format", "{{.Size}}", name))

    def build_arguments(self) -> list[str]:
        """Formats other than Docker's drop health checks; inside a container, builds run only with chroot."""
        if self.name == "docker":
            return ["build"]
        chroot = ["--isolation", "chroot", "--network", "host"] if is_root() else []
        return ["build", "--layers", "--format", "docker", *chroot]


def find() -> Engine | None:
    """The first engine that responds. Docker's client is often installed without its server."""
    for engine in (Engine("docker"), Engine("podman")):
        if shutil.which(engine.name):
            try:
                engine.call("info")
            except Problem:
                continue
            return engine
    return None


def require() -> Engine:
    """Like ``find``, but raises Problem if no engine responds."""
    engine = find()
    if engine is None:
        raise Problem(NONE)
    return engine
