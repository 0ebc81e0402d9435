"""No file names a package host, or a path or setting of a particular machine."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from tools.paths import ROOT
from tools.pip_settings import machine_uv_settings
from tools.tests.repository.sources import files

# In two halves, so that this file does not contain them either.
PUBLIC_HOSTS = ("pypi" + ".org", "python" + "hosted.org", "registry." + "npmjs", "deb." + "debian.org")
HOMES = re.compile(r"(?<![\w.}])/(?:root|Users/\w+|home/(?!app\b)\w+|work)/")
ADDRESS = re.compile(r"https?://([^/\s:]+)")


def text_of(path: Path) -> str:
    return (ROOT / path).read_bytes().decode("utf-8", "ignore")


def files_with(*words: str) -> list[str]:
    return [str(path) for path in files() if any(word in text_of(path) for word in words)]


def machine_hosts() -> set[str]:
    """The package hosts that this machine is configured to use."""
    addresses = " ".join([*machine_uv_settings().values(), *_apt_sources(), _npm_registry()])
    return {host for host in ADDRESS.findall(addresses) if "." in host}


def _apt_sources() -> list[str]:
    listed = [Path("/etc/apt/sources.list"), *Path("/etc/apt/sources.list.d").glob("*")]
    return [path.read_text(errors="replace") for path in listed if path.is_file()]


def _npm_registry() -> str:
    try:
        return subprocess.check_output(["npm", "config", "get", "registry"], text=True, cwd="/")
    except (OSError, subprocess.CalledProcessError):
        return ""


def locks() -> list[Path]:
    return [path for path in files() if path.name.startswith("requirements") and path.suffix == ".txt"]


def test_no_lock_names_a_package_host() -> None:
    """Neither a URL nor an option of the client that compiled it."""
    foreign = re.compile(r"://|^--?[a-z]", re.MULTILINE)
    assert len(locks()) >= 8
    assert [str(path) for path in locks() if foreign.search(text_of(path))] == []


def test_every_locked_package_has_its_hashes() -> None:
    pin = re.compile(r"^[a-z0-9][\w.\[\]-]*==.*$", re.MULTILINE)
    unhashed = [line for path in locks() for line in pin.findall(text_of(path)) if not line.endswith("\\")]
    assert unhashed == []


def test_no_file_names_a_package_host() -> None:
    assert files_with(*PUBLIC_HOSTS, *machine_hosts()) == []


def test_no_file_names_a_place_of_a_machine() -> None:
    assert files_with(f"{ROOT}/") == []
    assert [str(path) for path in files() if HOMES.search(text_of(path))] == []
