"""Our scripts as one file, and our style sheets as another: a browser requests two files, not thirteen."""

from __future__ import annotations

import hashlib
from functools import cache

from report_kit import packing

SCRIPTS, STYLES = "/assets/bundle.js", "/assets/bundle.css"
TYPES = {SCRIPTS: "text/javascript", STYLES: "text/css"}
# The page itself loads them before Dash.
ALONE = {"scheme.js", "map.js", "preview.js"}


@cache
def content(path: str) -> bytes:
    """The concatenated files of a bundle, in alphabetical order: those that every page needs."""
    ending = path.rpartition(".")[2]
    files = sorted(packing.ASSETS.glob(f"*.{ending}"))
    return b"\n".join(file.read_bytes() for file in files if file.name not in ALONE)


@cache
def digest(path: str) -> str:
    return digest_of(content(path))


def digest_of(content: bytes) -> str:
    """The digest that identifies this version of a file in its URL."""
    return hashlib.sha256(content).hexdigest()[:16]


def address(path: str) -> str:
    """The URL of the current version of a bundle."""
    return f"{path}?v={digest(path)}"


def tags() -> dict[str, str]:
    """The tags that load the bundles, by the part of Dash's page that they follow."""
    return {
        "scripts": f'<script src="{address(SCRIPTS)}"></script>',
        "css": f'<link rel="stylesheet" href="{address(STYLES)}">',
    }
