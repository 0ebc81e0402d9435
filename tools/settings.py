"""The settings of a running system: the user's choices, and the addresses of the private servers.

The shell overrides ``.env``, which overrides the defaults of this module. Databases and cache are always the
private ones: a DATABASE_URL left in a shell must not cause another database to be migrated.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from tools.console import say
from tools.migrate import database_settings
from tools.paths import CACHE, ENV_FILE, ROOT, STATE
from tools.servers.instance import DATABASE, Instance

EXAMPLE = ROOT / ".env.example"
ASSIGNMENT = re.compile(r"^([A-Z][A-Z0-9_]*)=(.*)$", re.MULTILINE)
PORTS: dict[str, str] = {"API_PORT": "5000", "REPORTS_PORT": "5500", "PORTAL_PORT": "5600"}
PATH_SETTINGS = ("PORTAL_DATA", "PORTAL_BOUNDARIES", "PORTAL_CACHE", "EXPORTS_FOLDER", "FILES_LOCATION")
LOOPBACK = "127.0.0.1,localhost"
PYTHON_VARIABLES = {"PYTHONPATH", "PYTHONDONTWRITEBYTECODE"}
DEFAULT_CITY = "la"
CITY_SETTINGS = ("CITY", "PORTAL_REQUESTS", "PORTAL_SEED", "PORTAL_BAD_SHARE")
FIXED_SETTINGS = ("DATABASE_URL", "DATABASE_LOADER_URL", "DATABASE_READER_URL", "REDIS_URL")


def documented() -> list[str]:
    """Names of all settings, in the order of ``.env.example``."""
    return [name for name, _ in ASSIGNMENT.findall(EXAMPLE.read_text())]


def read(path: Path) -> dict[str, str]:
    """The settings in a file of ``NAME=value`` lines; empty values, or a missing file, count as not set."""
    text = path.read_text() if path.is_file() else ""
    found = {name: value.strip().strip("'\"") for name, value in ASSIGNMENT.findall(text)}
    return {name: value for name, value in found.items() if value}


def chosen_by_user() -> dict[str, str]:
    """Documented settings from the shell and from ``.env``; paths are absolute."""
    shell = {name: os.environ[name] for name in documented() if os.environ.get(name)}
    chosen = read(ROOT / ".env") | shell
    return chosen | {name: _absolute(chosen[name]) for name in PATH_SETTINGS if name in chosen}


def _absolute(location: str) -> str:
    """The path, if relative to the checkout, where ``make`` runs; a URL, such as s3://…, stays as it is."""
    return location if "://" in location else str(ROOT / location)


def database_for(chosen: Mapping[str, str]) -> str:
    """The name of the database; each source (the real city, a file, a sample city) has its own."""
    if url := chosen.get("SOCRATA_URL"):
        source = urlsplit(url).netloc or url
    elif data := chosen.get("PORTAL_DATA"):
        city = chosen.get("CITY", DEFAULT_CITY)
        source = Path(data).stem if city == DEFAULT_CITY else f"{city} {Path(data).stem}"
    elif sample := [name for name in CITY_SETTINGS if name in chosen]:
        source = "_".join(f"{name.removeprefix('PORTAL_')} {chosen[name]}" for name in sample)
    else:
        return DATABASE
    return f"{DATABASE}_{re.sub('[^a-z0-9]+', '_', source.lower())}"[:63]


def local_settings(instance: Instance, chosen: Mapping[str, str]) -> dict[str, str]:
    """Every setting with a value, for all services."""
    for name in FIXED_SETTINGS:
        if name in chosen:
            say(f"  {name} is set, but is ignored: `make up` uses only its own servers.")
    ports = {name: chosen.get(name, default) for name, default in PORTS.items()}
    database = database_for(chosen)
    defaults = {
        **ports,
        "API_URL": f"http://127.0.0.1:{ports['API_PORT']}",
        "API_PUBLIC_URL": f"http://localhost:{ports['API_PORT']}",
        "REPORTS_URL": f"http://127.0.0.1:{ports['REPORTS_PORT']}",
        "SOCRATA_URL": f"http://127.0.0.1:{ports['PORTAL_PORT']}",
        "FILES_LOCATION": str(STATE / "files" / database),
        "FILES_URL": f"http://127.0.0.1:{ports['API_PORT']}/files",
        "EXPORTS_FOLDER": str(STATE / "exports"),
        "PORTAL_CACHE": str(CACHE / "portal"),
        "API_ALLOWED_ORIGINS": "http://localhost:3000",
        "ADMIN_TOKEN": read(ENV_FILE).get("ADMIN_TOKEN") or secrets.token_urlsafe(24),
        "STAGE": "dev",
        "LOG_LEVEL": "INFO",
    }
    return defaults | dict(chosen) | database_settings(instance, database)


def write(settings: Mapping[str, str]) -> None:
    """Store the settings for other programs; only this user may read the file."""
    ENV_FILE.parent.mkdir(parents=True, exist_ok=True)
    lines = [f"{name}={settings[name]}" if name in settings else f"# {name}=" for name in documented()]
    temporary = ENV_FILE.with_name("env.new")
    temporary.unlink(missing_ok=True)
    temporary.touch(mode=0o600)
    temporary.write_text("# Written by `make up`.\n" + "\n".join(lines) + "\n")
    temporary.replace(ENV_FILE)


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """The environment of a service: the machine's, with all documented settings replaced by these."""
    names = set(documented())
    own = {"PREFECT_HOME": str(STATE / "prefect"), "PYTHONUNBUFFERED": "1", **python_environment()}
    machine = {name: value for name, value in os.environ.items() if name not in names}
    return without_python_variables(machine) | own | loopback_variables(machine) | dict(settings)


def without_python_variables(machine: Mapping[str, str]) -> dict[str, str]:
    """The variables without those that would change what our programs import."""
    return {name: value for name, value in machine.items() if name not in PYTHON_VARIABLES}


def loopback_variables(machine: Mapping[str, str]) -> dict[str, str]:
    """Variables that let programs reach each other on a machine with a proxy."""
    before = machine.get("no_proxy") or machine.get("NO_PROXY")
    return dict.fromkeys(("no_proxy", "NO_PROXY"), f"{before},{LOOPBACK}" if before else LOOPBACK)


def python_environment() -> dict[str, str]:
    """Variables that keep compiled modules under .local."""
    return {"PYTHONPYCACHEPREFIX": str(CACHE / "pycache")}
