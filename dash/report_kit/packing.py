"""Compresses large scripts once, with Brotli's highest quality: a fifth smaller than per request.

Run as a script, this writes the compressed files next to the packages when the environment or the image is
built. Each file is named by a digest of its source, so that it is never used for another version of a script.
Scripts that are not packed are compressed for each request, like everything else.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from importlib.util import find_spec
from pathlib import Path

import brotli

ASSETS = Path(__file__).parent.parent / "assets"
FOLDER = Path(sys.prefix) / "share" / "reports-311"
BEST = 11
IN_ASSETS = ("vendor/maplibre-gl.mjs", "vendor/maplibre-gl-worker.mjs", "vendor/plotly-cartesian.min.js")
# By package. The packages are not imported, which would take seconds.
IN_PACKAGES = {
    "dash": (
        "dcc/dash_core_components.js",
        "dcc/dash_core_components-shared.js",
        "html/dash_html_components.min.js",
        "dash-renderer/build/dash_renderer.min.js",
        "deps/react-dom@18.3.1.min.js",
    ),
    "dash_mantine_components": ("dash_mantine_components.js",),
    "dash_ag_grid": ("dash_ag_grid.min.js",),
}


def sources() -> Iterator[tuple[str, Path]]:
    """The path of each script in a URL, without its version, and its file."""
    for name in IN_ASSETS:
        yield f"/assets/{name}", ASSETS / name
    for package, names in IN_PACKAGES.items():
        spec = find_spec(package)
        if spec is None or spec.origin is None:
            raise RuntimeError(f"{package} is not installed")
        for name in names:
            yield f"/_dash-component-suites/{package}/{name}", Path(spec.origin).parent / name


def packed() -> dict[str, bytes]:
    """The existing packed scripts, by their path in a URL."""
    found = {path: _target(file.read_bytes()) for path, file in sources()}
    return {path: target.read_bytes() for path, target in found.items() if target.is_file()}


def _target(content: bytes) -> Path:
    return FOLDER / f"{hashlib.sha256(content).hexdigest()}.br"


def pack(file: Path) -> None:
    """Compress one file; an interrupted process leaves no partial file that would be served."""
    content = file.read_bytes()
    target = _target(content)
    written = target.with_suffix(f".{os.getpid()}")
    written.write_bytes(brotli.compress(content, quality=BEST))
    written.replace(target)


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    targets = {_target(file.read_bytes()): file for _, file in sources()}
    missing = [file for target, file in targets.items() if not target.is_file()]
    if missing:
        with ProcessPoolExecutor() as pool:
            list(pool.map(pack, missing))
    for old in set(FOLDER.iterdir()) - set(targets):
        old.unlink(missing_ok=True)


if __name__ == "__main__":
    main()
