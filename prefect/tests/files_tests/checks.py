"""Checks whether a folder of files agrees with its manifest."""

from __future__ import annotations

from pathlib import Path

from pipeline.files.manifest import NAME, Manifest
from pipeline.files.session import sha256


def manifest_of(folder: Path) -> Manifest:
    return Manifest.parse((folder / NAME).read_bytes())


def assert_agrees(folder: Path) -> Manifest:
    """Every file of the manifest exists with the bytes that it states; returns the manifest."""
    manifest = manifest_of(folder)
    for entry in manifest.entries():
        path = folder / entry["path"]
        assert path.stat().st_size == entry["bytes"], entry["path"]
        assert f"sha256:{sha256(path)}" == entry["hash"], entry["path"]
    for entry in manifest.superseded:
        assert (folder / entry["path"]).is_file(), entry["path"]
    return manifest


def by_name(manifest: Manifest) -> dict[str, dict[str, object]]:
    return {entry["latest"]: entry for entry in manifest.entries()}
