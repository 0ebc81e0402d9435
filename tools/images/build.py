"""Build the images, print what each adds to its base, and list its contents."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tools import environments
from tools.bench.history import commit
from tools.console import say, step
from tools.disk import require_space
from tools.file_locks import ensure_folder
from tools.images.build_secrets import build_secrets
from tools.images.engines import FOLDER, Engine
from tools.paths import ENVIRONMENTS, LOCAL, ROOT
from tools.problem import Problem, last_lines

LOGS = LOCAL / "log"
SBOMS = FOLDER / "sbom"
NEEDED_MB = 4_000
MEGABYTE = 1_000_000
BASE = re.compile(r"^ARG PYTHON_IMAGE=(\S+)$", re.MULTILINE)


@dataclass(frozen=True)
class Image:
    """A service's image, built from the Dockerfile and the lock of ``folder``.

    ``limit_mb`` is the size it may add to its base, unpacked; ``context`` is another folder to copy from.
    """

    name: str
    folder: str
    limit_mb: int
    context: str = ""

    @property
    def tag(self) -> str:
        """Its name on this machine; the workflow that publishes it uses the registry's name."""
        return f"localhost/la311-{self.name}:latest"

    @property
    def base(self) -> str:
        """The base image that its Dockerfile names."""
        found = BASE.search((ROOT / self.folder / "Dockerfile").read_text())
        if found is None:
            raise Problem(f"{self.folder}/Dockerfile does not declare PYTHON_IMAGE.")
        return found[1]


IMAGES = (
    Image("api", "api", 130),
    Image("reports", "dash", 350),
    Image("pipeline", "prefect", 450),
    Image("portal", "prefect/portal", 150, context="prefect"),
)
"""The portal's image is for development and trials only: it is not published."""


def build_all(engine: Engine, images: Iterable[Image], base: str = "") -> int:
    """Build each image, on ``base`` if given; exit code 1 if an image exceeds its size limit."""
    environments.ensure(["tools"])
    require_space(ensure_folder(FOLDER), NEEDED_MB, "Building images")
    lines = [(image, _build(engine, image, base or image.base)) for image in images]
    say("")
    for image, added in lines:
        say(size_line(image, added))
    say(f"  Contents: {SBOMS.relative_to(ROOT)}/*.json (CycloneDX)")
    return int(any(added > image.limit_mb * MEGABYTE for image, added in lines))


def size_line(image: Image, added_bytes: int) -> str:
    verdict = "  TOO LARGE" if added_bytes > image.limit_mb * MEGABYTE else ""
    return f"  {image.name:<9} adds {added_bytes / MEGABYTE:6.1f} MB of at most {image.limit_mb} MB{verdict}"


def _build(engine: Engine, image: Image, base: str) -> int:
    if not engine.has_image(base):
        with step(f"Pulling {base}"):
            engine.call("pull", base)
    log = ensure_folder(LOGS) / f"image-{image.name}.log"
    values = {"PYTHON_IMAGE": base, "GIT_SHA": commit(40)}
    options = [part for name, value in values.items() for part in ("--build-arg", f"{name}={value}")]
    with step(f"Building {image.tag} with {engine.name}"), build_secrets() as secrets, log.open("w") as file:
        options += ["-t", image.tag, "-f", str(ROOT / image.folder / "Dockerfile")]
        command = [*engine.build_arguments(), *secrets, *options, str(ROOT / (image.context or image.folder))]
        environment = os.environ | {"DOCKER_BUILDKIT": "1"} | dict(engine.environment)
        done = subprocess.run(
            engine.command(*command), env=environment, stdout=file, stderr=file, check=False
        )
    if done.returncode:
        raise Problem(f"{image.name} could not be built; the end of {log}:\n{last_lines(log, 25)}")
    write_sbom(image)
    return engine.size_bytes(image.tag) - engine.size_bytes(base)


def write_sbom(image: Image, *, is_validated: bool = True) -> Path:
    """Write the packages of the image's lock as CycloneDX; the same lock gives the same file.

    Validating it against CycloneDX's schema takes most of the time.
    """
    target = ensure_folder(SBOMS) / f"{image.name}.json"
    command = [str(ENVIRONMENTS / "tools" / "bin" / "cyclonedx-py"), "requirements", "--output-reproducible"]
    command += ["--pyproject", str(ROOT / image.folder / "pyproject.toml"), "--output-file", str(target)]
    command += [] if is_validated else ["--no-validate"]
    environments.run([*command, str(ROOT / image.folder / "requirements.txt")], f"Listing {image.name}")
    return target
