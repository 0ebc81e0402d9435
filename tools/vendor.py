"""Files of npm packages that our servers send to browsers, from ``tools/vendor.toml``.

python3 -m tools.vendor [--check]

To upgrade, change the version and the integrity (``npm view NAME@VERSION dist.integrity``) there, and run
this again. ``--check`` compares the files with the digests that the last run recorded.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path

from tools.console import say
from tools.paths import ROOT
from tools.problem import Problem, guarded

DECLARED = Path(__file__).with_name("vendor.toml")
DIGESTS = "digests.json"
SOURCE_MAP = b"//# sourceMappingURL="


@dataclass(frozen=True)
class Package:
    """``files``: path in the package → name in our folder."""

    name: str
    version: str
    license: str
    integrity: str
    folder: str
    files: dict[str, str]


def declared() -> list[Package]:
    """The packages of ``vendor.toml``."""
    return [Package(**one) for one in tomllib.loads(DECLARED.read_text())["package"]]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python3 -m tools.vendor", description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; 1 if a file differs")
    if parser.parse_args().check:
        return int(bool(differences()))
    for package in declared():
        write(package, contents(package))
    return 0


def differences() -> list[str]:
    """Files that are missing, or differ from those that the last run wrote."""
    found = []
    for package in declared():
        folder = ROOT / package.folder
        recorded = json.loads((folder / DIGESTS).read_text())
        if (recorded["package"], recorded["version"]) != (package.name, package.version):
            found.append(f"{package.folder}: {package.name} {package.version} is declared")
        for name in package.files.values():
            file = folder / name
            if not file.is_file() or _digest(file.read_bytes()) != recorded["files"].get(name):
                found.append(f"{package.folder}/{name}")
    for line in found:
        say(f"• differs: {line}")
    return found


def contents(package: Package) -> dict[str, bytes]:
    """The files as published, by our names. Raises Problem if the package is not the declared one."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["npm", "pack", "--silent", f"{package.name}@{package.version}"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Problem(f"npm pack {package.name} failed: {done.stderr.strip()}")
        archive = Path(folder) / done.stdout.strip()
        if _integrity(archive.read_bytes()) != package.integrity:
            raise Problem(f"{package.name} {package.version} is not the package that was declared.")
        return _extracted(archive, package.files)


def _extracted(archive: Path, files: dict[str, str]) -> dict[str, bytes]:
    found = {}
    with tarfile.open(archive) as opened:
        for path, name in files.items():
            member = opened.extractfile(f"package/{path}")
            if member is None:
                raise Problem(f"{archive.name} has no file {path}.")
            found[name] = _without_source_map(member.read())
    return found


def _without_source_map(content: bytes) -> bytes:
    """Without the reference to the source map, which is not served: developer tools would request it."""
    head, mark, tail = content.rpartition(SOURCE_MAP)
    return head if mark and b"\n" not in tail.strip() else content


def write(package: Package, files: dict[str, bytes]) -> None:
    """Put the files and their digests into the package's folder."""
    folder = ROOT / package.folder
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    recorded = {
        "package": package.name,
        "version": package.version,
        "license": package.license,
        "files": {name: _digest(content) for name, content in sorted(files.items())},
    }
    (folder / DIGESTS).write_text(json.dumps(recorded, indent=2) + "\n")
    say(f"• {package.folder}: {package.name} {package.version}")


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _integrity(content: bytes) -> str:
    return "sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode()


if __name__ == "__main__":
    sys.exit(guarded(main))
