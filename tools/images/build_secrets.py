"""The machine's package index settings, passed to a build as secrets: no layer or history contains them."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tools.pip_settings import parse_pip_config

# Where a Dockerfile mounts them.
IN_BUILD = "/run/secrets/certificates"
OF_AN_INDEX = ("index-url", "extra-index-url", "trusted-host", "timeout", "default-timeout", "retries")


def pip_conf(pip: Mapping[str, str]) -> str:
    """A pip.conf for a build, without indexes in folders of this machine, which a build cannot reach."""
    lines = ["[global]"]
    for name in OF_AN_INDEX:
        reachable = [part for part in pip.get(name, "").split() if not part.startswith(("file:", "/"))]
        if reachable:
            lines.append(f"{name} = {' '.join(reachable)}")
    if pip.get("cert"):
        lines.append(f"cert = {IN_BUILD}")
    return "\n".join(lines) + "\n"


@contextmanager
def build_secrets() -> Iterator[list[str]]:
    """Arguments that pass pip's settings and certificates to a build."""
    listing = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    ).stdout
    pip = parse_pip_config(listing)
    with tempfile.TemporaryDirectory(prefix="images-") as folder:
        settings = Path(folder) / "pip.conf"
        settings.touch(mode=0o600)
        settings.write_text(pip_conf(pip))
        arguments = ["--secret", f"id=pip,src={settings}"]
        if pip.get("cert"):
            arguments += ["--secret", f"id=certificates,src={pip['cert']}"]
        yield arguments
