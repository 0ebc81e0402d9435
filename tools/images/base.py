"""What all images are built on: Python's official slim image, or a stand-in made of Debian's packages.

The stand-in has Debian's own Python of the same version. It tests the Dockerfiles where no registry can be
reached; what is published is always built on the official image.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from tools.console import step
from tools.disk import require_space
from tools.images.engines import FOLDER, Engine
from tools.locks import ensure_folder
from tools.paths import ROOT
from tools.problem import Problem, last_lines
from tools.servers.users import is_root

STAND_IN = "localhost/la311-base:bookworm"
STAND_IN_MB = 1_000
SUITE = "bookworm"
PACKAGES = "python3,python3-venv,python3-pip,ca-certificates"
ARGUMENT = re.compile(r"^ARG PYTHON_IMAGE=(\S+)$", re.MULTILINE)
RECIPE = "FROM scratch\nADD base.tar /\n"


def official(folder: str) -> str:
    """The base that a service's Dockerfile names."""
    found = ARGUMENT.search((ROOT / folder / "Dockerfile").read_text())
    if found is None:
        raise Problem(f"{folder}/Dockerfile does not say PYTHON_IMAGE.")
    return found[1]


def pull(engine: Engine, image: str) -> str:
    """Fetch the official image unless it is here. Raises Problem, with the other way, when it cannot be."""
    if not engine.has_image(image):
        with step(f"Fetching {image}"):
            try:
                engine.call("pull", image)
            except Problem as problem:
                raise Problem(
                    f"{problem}\n  Where no registry can be reached, `make images ARGS=--local-base` builds "
                    "on a stand-in made of Debian's packages (as root, on Debian)."
                ) from problem
    return image


def is_at_hand(engine: Engine, folder: str) -> bool:
    """Whether the official image is here or can be fetched."""
    image = official(folder)
    try:
        return engine.has_image(image) or bool(engine.call("pull", "--quiet", image))
    except Problem:
        return False


def has_stand_in(engine: Engine) -> bool:
    """Whether the stand-in is here or can be made."""
    return engine.has_image(STAND_IN) or (is_root() and shutil.which("debootstrap") is not None)


def stand_in(engine: Engine) -> str:
    """Make the stand-in unless it is here."""
    if not has_stand_in(engine):
        raise Problem("the stand-in takes root and debootstrap: `make images ARGS='--install --local-base'`.")
    if not engine.has_image(STAND_IN):
        require_space(FOLDER, STAND_IN_MB, "Making a base image")
        folder = ensure_folder(FOLDER / "base")
        with step("Making a base image of Debian's packages"):
            _bootstrap(folder)
            engine.call(*engine.build_arguments(), "-t", STAND_IN, str(folder))
        shutil.rmtree(folder)
    return STAND_IN


def _bootstrap(folder: Path) -> None:
    root, log = folder / "root", folder.parent / "debootstrap.log"
    shutil.rmtree(root, ignore_errors=True)
    _logged(["debootstrap", "--variant=minbase", f"--include={PACKAGES}", SUITE, str(root)], log)
    # The official image's name for it.
    (root / "usr/local/bin/python").symlink_to("/usr/bin/python3")
    for cache in ("var/cache/apt/archives", "var/lib/apt/lists"):
        shutil.rmtree(root / cache)
        (root / cache / "partial").mkdir(parents=True)
    tar = ["tar", "-C", str(root), "--numeric-owner", "--exclude=./proc/*", "--exclude=./sys/*", "-cf"]
    _logged([*tar, str(folder / "base.tar"), "."], log)
    shutil.rmtree(root)
    (folder / "Dockerfile").write_text(RECIPE)


def _logged(command: list[str], log: Path) -> None:
    with log.open("a") as file:
        done = subprocess.run(command, stdout=file, stderr=file, stdin=subprocess.DEVNULL, check=False)
    if done.returncode:
        raise Problem(f"{command[0]} failed; the end of {log}:\n{last_lines(log)}")
