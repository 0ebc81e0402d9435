"""What builds and runs images here: docker, podman or buildah, the first that answers.

Podman and Buildah keep everything under ``.local`` by settings of their own: the machine's own containers are
not touched, and they work where there is neither systemd nor a journal.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field

from tools.locks import ensure_folder
from tools.paths import LOCAL
from tools.problem import Problem
from tools.servers.users import is_root

FOLDER = LOCAL / "images"
ENGINES = ("docker", "podman", "buildah")
STORAGE = """[storage]
driver = "overlay"
graphroot = "{folder}/storage"
runroot = "{folder}/run"
"""
# runc because crun refuses the cgroups of some kernels.
CONTAINERS = """[containers]
default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
[network]
network_backend = "netavark"
"""
UNITS = {"B": 1, "kB": 10**3, "KB": 10**3, "MB": 10**6, "GB": 10**9}
NONE = """nothing here can build images: docker does not answer, and there is neither podman nor buildah.
  On Debian, `make images ARGS=--install` installs Podman. Elsewhere install one of the three; the workflow
  "images" builds them on GitHub in any case."""


@dataclass(frozen=True)
class Engine:
    """One of ``ENGINES``, with the environment that it needs."""

    name: str
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def can_run(self) -> bool:
        """Whether it runs containers too; Buildah only builds."""
        return self.name != "buildah"

    def command(self, *arguments: str) -> list[str]:
        return [self.name, *arguments]

    def call(self, *arguments: str) -> str:
        """What the engine prints. Raises Problem with its last words when it fails."""
        done = subprocess.run(
            self.command(*arguments),
            env=os.environ | dict(self.environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            tail = "\n".join(f"    {line}" for line in (done.stderr + done.stdout).splitlines()[-15:])
            raise Problem(f"{self.name} {' '.join(arguments[:2])} failed:\n{tail}")
        return done.stdout.strip()

    def has_image(self, name: str) -> bool:
        """Whether the image is here, without asking a registry."""
        try:
            self.call(
                *(["inspect", "--type", "image"] if self.name == "buildah" else ["image", "inspect"]), name
            )
        except Problem:
            return False
        return True

    def size_bytes(self, name: str) -> int:
        """Bytes of an image's layers, unpacked; Buildah tells them to three digits only."""
        if self.name == "buildah":
            number, unit = self.call("images", "--format", "{{.Size}}", name).splitlines()[0].split()
            return int(float(number) * UNITS[unit])
        return int(self.call("image", "inspect", "--format", "{{.Size}}", name))

    def build_arguments(self) -> list[str]:
        """Health checks are lost in any format but Docker's; without chroot a container cannot build."""
        if self.name == "docker":
            return ["build"]
        chroot = ["--isolation", "chroot", "--network", "host"] if is_root() else []
        return ["build", "--layers", "--format", "docker", *chroot]


def private_settings() -> dict[str, str]:
    """Environment of Podman and Buildah; writes their settings files."""
    storage, containers = ensure_folder(FOLDER) / "storage.conf", FOLDER / "containers.conf"
    storage.write_text(STORAGE.format(folder=FOLDER))
    containers.write_text(CONTAINERS)
    return {"CONTAINERS_STORAGE_CONF": str(storage), "CONTAINERS_CONF": str(containers)}


def _answers(engine: Engine) -> bool:
    if shutil.which(engine.name) is None:
        return False
    try:
        # Docker's program is often there without its server.
        engine.call("info" if engine.can_run else "version")
    except Problem:
        return False
    return True


def find() -> Engine | None:
    """The first engine that answers; none is no failure yet."""
    for name in ENGINES:
        engine = Engine(name) if name == "docker" or not is_root() else Engine(name, private_settings())
        if _answers(engine):
            return engine
    return None


def require() -> Engine:
    """As ``find``; Problem when there is none."""
    engine = find()
    if engine is None:
        raise Problem(NONE)
    return engine
