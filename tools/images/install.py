"""Podman, and what the stand-in for the base image takes, from Debian."""

from __future__ import annotations

import shutil

from tools import apt

# Every program that has to be there, and the packages that bring it.
PROGRAMS = {"podman": "podman", "runc": "runc", "debootstrap": "debootstrap"}
# Podman's network, which Debian only recommends.
BESIDE = ["netavark", "aardvark-dns"]
NEEDED_MB = 300


def missing() -> list[str]:
    """Packages that are not installed yet."""
    packages = [package for program, package in PROGRAMS.items() if shutil.which(program) is None]
    return [*packages, *BESIDE] if packages else []


def install() -> None:
    """Install what is missing. Raises Problem without apt-get or the right to use it."""
    if packages := missing():
        apt.ensure_packages(packages, NEEDED_MB)
