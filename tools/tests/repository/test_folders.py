"""Folders that share their name with an installed package never shadow it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tools.paths import ENVIRONMENTS, ROOT, python_of
from tools.tests.repository.sources import files

SHARED_NAMES = ("dash", "prefect", "locust")
PLACES = (ROOT, *(ROOT / name for name in SHARED_NAMES))
FIND = "import importlib.util as u, sys; print(u.find_spec(sys.argv[1]).origin)"


@pytest.mark.parametrize("name", SHARED_NAMES)
def test_the_folder_is_no_package(name: str) -> None:
    assert Path(name, "__init__.py") not in files()


@pytest.mark.parametrize("name", SHARED_NAMES)
@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_the_import_gives_the_installed_package(name: str, place: Path) -> None:
    """Run ``python -c`` in the folder, which puts the folder first on the path."""
    origin = subprocess.check_output([python_of(name), "-c", FIND, name], cwd=place, text=True).strip()
    assert Path(origin).is_relative_to(ENVIRONMENTS / name)


@pytest.mark.parametrize("name", SHARED_NAMES)
def test_the_linter_takes_the_name_for_the_installed_package(name: str) -> None:
    declared = next(
        line for line in (ROOT / "ruff.toml").read_text().splitlines() if "known-third-party" in line
    )
    assert f'"{name}"' in declared


@pytest.mark.parametrize("service", ["api", "dash", "prefect"])
def test_no_service_imports_another(service: str) -> None:
    """They communicate only through Postgres, Redis and HTTP: each is one container."""
    others = {
        "api": "lacity_data_api",
        "dash": "figures|report_kit|pages",
        "prefect": "pipeline|portal|tasks",
    }
    pattern = "|".join(module for name, module in others.items() if name != service)
    imports = rf"^\s*(from|import) ({pattern})\b"
    command = ["git", "grep", "-lE", imports, "--", f"{service}/*.py", ":!*/tests/*"]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.stdout == ""
