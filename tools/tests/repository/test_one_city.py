"""The code contains nothing specific to one city: a city is declared in its folder."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tools.paths import ROOT
from tools.tests.repository.sources import files, is_test

OF_LOS_ANGELES = re.compile(
    r"los[ _]angeles|arleta|\blacity\.org|myla311|neighborhood council\b|2020 census"
    r"|\b33\.6\b|\b34\.5\b|-118\.[08]\b|\bdefault=['\"]?(1|6)['\"]?, *description=.*(council|type)",
    re.IGNORECASE,
)
CODE = {".py", ".sql", ".js", ".html", ".css", ".json", ".yml", ".yaml", ".sh"}
SERVICES = ("api", "dash", "prefect", "locust", "tools")
OWN = {
    "prefect/cities": "declarations",
    "prefect/portal": "the sample portal generates this city, and takes all others from their declarations",
    "api/alembic": "the history of the schema, which begins with this city",
    "api/lacity_data_api/examples.json": "responses of this city, shown where it is served",
    "api/benchmarks": "the generated city",
    "prefect/benchmarks": "the generated city",
    "dash/benchmarks": "the generated city",
}


def is_code(path: Path) -> bool:
    is_own = any(path.is_relative_to(own) for own in OWN)
    return path.parts[0] in SERVICES and path.suffix in CODE and not is_own and not is_test(path)


@pytest.mark.parametrize("folder", SERVICES)
def test_nothing_of_los_angeles_stands_in_code(folder: str) -> None:
    found = [
        f"{path}:{number}: {line.strip()}"
        for path in files()
        if path.parts[0] == folder and is_code(path)
        for number, line in enumerate((ROOT / path).read_text().splitlines(), 1)
        if OF_LOS_ANGELES.search(line)
    ]
    assert not found


@pytest.mark.parametrize("own", OWN)
def test_every_exception_is_there(own: str) -> None:
    assert (ROOT / own).exists()


@pytest.mark.parametrize("key", ["nyc", "sf", "chicago"])
def test_a_folder_says_no_code(key: str) -> None:
    """Adding a city changes no Python and no SQL: its folder contains only data."""
    suffixes = {path.suffix for path in files() if path.is_relative_to(f"prefect/cities/{key}")}
    assert suffixes <= {".toml", ".csv"}


@pytest.mark.parametrize("key", ["nyc", "chicago"])
def test_no_code_names_another_city(key: str) -> None:
    quoted = re.compile(rf"""["']{key}["']""")
    found = [str(path) for path in files() if is_code(path) and quoted.search((ROOT / path).read_text())]
    assert not found
