"""The machine's pip settings (index, proxy certificates), passed to uv and never stored."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Mapping
from functools import cache

UV_NAME_OF_PIP_SETTING = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "no-index": "UV_NO_INDEX",
    "trusted-host": "UV_INSECURE_HOST",
    "cert": "SSL_CERT_FILE",
    "client-cert": "SSL_CLIENT_CERT",
    "timeout": "UV_HTTP_TIMEOUT",
    "default-timeout": "UV_HTTP_TIMEOUT",
}
COMMA_SEPARATED = {"UV_FIND_LINKS"}


def parse_pip_config(listing: str) -> dict[str, str]:
    """Read ``pip config list``: sections ``global``, ``install`` and ``:env:``, the later ones win."""
    found: dict[str, dict[str, str]] = {"global": {}, "install": {}, ":env:": {}}
    for line in listing.splitlines():
        key, separator, value = line.partition("=")
        section, _, name = key.rpartition(".")
        if separator and section in found:
            found[section][name] = str(ast.literal_eval(value)).strip()
    return found["global"] | found["install"] | found[":env:"]


def uv_settings(pip: Mapping[str, str]) -> dict[str, str]:
    """The same settings under uv's names."""
    settings: dict[str, str] = {}
    for name, value in pip.items():
        uv_name = UV_NAME_OF_PIP_SETTING.get(name)
        if uv_name and value:
            separator = "," if uv_name in COMMA_SEPARATED else " "
            settings[uv_name] = separator.join(value.split())
    if "UV_INDEX" in settings:
        # pip takes the best version of all indexes; uv would stop at the first that has the package.
        settings["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    return settings


@cache
def pip_config() -> str:
    """The output of ``pip config list``, which takes pip half a second."""
    command = [sys.executable, "-m", "pip", "config", "list"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def machine_uv_settings() -> dict[str, str]:
    """The machine's index settings for uv, except for variables of uv that are already set."""
    settings = uv_settings(parse_pip_config(pip_config()))
    return {name: value for name, value in settings.items() if name not in os.environ}
