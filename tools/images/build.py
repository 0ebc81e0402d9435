"""Build the images, say what each adds to its base, and list what is in it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tools import environments
from tools.console import say, step
from tools.disk import require_space
from tools.images import base
from tools.images.engines import FOLDER, Engine
from tools.images.index_settings import build_secrets
from tools.images.services import MEGABYTE, Image
from tools.locks import ensure_folder
from tools.paths import ENVIRONMENTS, LOCAL, ROOT
from tools.problem import Problem, last_lines

LOGS = LOCAL / "log"
SBOMS = FOLDER / "sbom"
NEEDED_MB = 4_000


@dataclass(frozen=True)
class Built:
    """A finished image, and the bytes that it adds to its base."""

    image: Image
    added_bytes: int

    @property
    def is_within_limit(self) -> bool:
        return self.added_bytes <= self.image.limit_mb * MEGABYTE

    def __str__(self) -> str:
        verdict = "" if self.is_within_limit else "  TOO LARGE"
        added = self.added_bytes / MEGABYTE
        return f"  {self.image.name:<9} adds {added:6.1f} MB of at most {self.image.limit_mb} MB{verdict}"


def build_all(engine: Engine, images: tuple[Image, ...], *, is_local_base: bool) -> list[Built]:
    """Build each; raises Problem when one cannot be built."""
    environments.ensure(["tools"])
    require_space(ensure_folder(FOLDER), NEEDED_MB, "Building images")
    return [_build(engine, image, is_local_base=is_local_base) for image in images]


def report(built: list[Built]) -> int:
    """Print sizes; exit code 1 when one is over its limit."""
    say("")
    for each in built:
        say(str(each))
    say(f"  What is in them: {SBOMS.relative_to(ROOT)}/*.json (CycloneDX)")
    return 0 if all(each.is_within_limit for each in built) else 1


def _build(engine: Engine, image: Image, *, is_local_base: bool) -> Built:
    official = base.official(image.folder)
    foundation = base.stand_in(engine) if is_local_base else base.pull(engine, official)
    with step(f"Building {image.tag} with {engine.name}"):
        _run_build(engine, image, foundation)
    added = engine.size_bytes(image.tag) - engine.size_bytes(foundation)
    write_sbom(image)
    return Built(image, added)


def _run_build(engine: Engine, image: Image, foundation: str) -> None:
    log = ensure_folder(LOGS) / f"image-{image.name}.log"
    with build_secrets() as secrets, log.open("w") as file:
        command = engine.command(
            *engine.build_arguments(),
            *secrets,
            *_arguments(foundation),
            "-t",
            image.tag,
            "-f",
            str(ROOT / image.folder / "Dockerfile"),
            str(ROOT / (image.context or image.folder)),
        )
        done = subprocess.run(
            command,
            env=os.environ | {"DOCKER_BUILDKIT": "1"} | dict(engine.environment),
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode:
        raise Problem(f"{image.name} could not be built; the end of {log}:\n{last_lines(log, 25)}")


def _arguments(foundation: str) -> list[str]:
    values = {"PYTHON_IMAGE": foundation, **_version()}
    return [part for name, value in values.items() for part in ("--build-arg", f"{name}={value}")]


def _version() -> Mapping[str, str]:
    """What /status/api of the image will say; GITHUB_SHA and the like come from the workflow itself."""
    asked = ["git", "-C", str(ROOT), "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    commit = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
    return {"GIT_SHA": commit} if commit else {}


def write_sbom(image: Image, *, is_validated: bool = True) -> Path:
    """Write what the image's lock brings in, as CycloneDX; the same lock gives the same file.

    Comparing it with CycloneDX's schema takes most of the time.
    """
    target = ensure_folder(SBOMS) / f"{image.name}.json"
    command = [str(ENVIRONMENTS / "tools" / "bin" / "cyclonedx-py"), "requirements", "--output-reproducible"]
    command += ["--pyproject", str(ROOT / image.folder / "pyproject.toml"), "--output-file", str(target)]
    command += [] if is_validated else ["--no-validate"]
    lock = ROOT / image.folder / "requirements.txt"
    done = subprocess.run([*command, str(lock)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise Problem(f"the parts of {image.name} could not be listed:\n{done.stderr.strip()}")
    return target
