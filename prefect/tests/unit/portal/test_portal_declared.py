"""Any declared city is served in its own columns, with rows that were generated for it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from pipeline.city import CITIES, load_city
from portal import declared
from portal.declared import GENERATED_CITY, datasets_of, polygons_of, sample_of
from portal.sample import rows

TODAY = date(2026, 11, 24)
OTHERS = sorted(
    folder.name for folder in CITIES.iterdir() if folder.is_dir() and folder.name != GENERATED_CITY
)


@pytest.mark.parametrize("key", OTHERS)
def test_invented_rows_have_the_declared_columns_only(key: str) -> None:
    (dataset,) = datasets_of(key)
    names = {column.name for column in dataset.schema.columns}
    assert {name for row in rows(sample_of(key), 300, TODAY, 1) for name in row} <= names


@pytest.mark.parametrize("key", OTHERS)
def test_the_same_seed_gives_the_same_rows(key: str) -> None:
    first, again, other = (list(rows(sample_of(key), 50, TODAY, seed)) for seed in (1, 1, 2))
    assert first == again != other


@pytest.mark.parametrize("key", OTHERS)
def test_requests_end_the_day_before_and_some_are_open(key: str) -> None:
    columns = sample_of(key).columns
    found = list(rows(sample_of(key), 2_000, TODAY, 1))
    created = sorted(row[columns["createddate"]] for row in found)
    assert created[0] > "2025-09"
    assert created[-1][:10] == "2026-11-23"
    is_open = Counter(columns["closeddate"] not in row for row in found)
    assert 0 < is_open[True] < is_open[False]


@pytest.mark.parametrize("key", OTHERS)
def test_the_portal_publishes_polygons_where_the_city_declares_them(key: str) -> None:
    boundaries = load_city(key).boundaries
    assert polygons_of(key).id == (boundaries.id if boundaries else "")
    assert (b'"coordinates"' in polygons_of(key).geojson) is (boundaries is not None)


@pytest.fixture
def without_samples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for key in OTHERS:
        shutil.copytree(CITIES / key, tmp_path / key, ignore=shutil.ignore_patterns("sample"))
    monkeypatch.setattr(declared, "CITIES", tmp_path)


@pytest.mark.usefixtures("without_samples")
def test_a_city_without_a_sample_or_boundaries_has_no_polygons() -> None:
    assert b'"features": []' in polygons_of("chicago").geojson


@pytest.mark.usefixtures("without_samples")
@pytest.mark.parametrize("of_city", [sample_of, polygons_of])
def test_a_missing_sample_is_named_with_what_replaces_it(of_city: Callable[[str], object]) -> None:
    with pytest.raises(ValueError, match=r"nyc has no sample/: set SOCRATA_URL.*PORTAL_DATA.*or add"):
        of_city("nyc")


def test_a_portal_that_cannot_start_says_why_without_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "rows.json").write_text("{}")
    variables = {"PORTAL_DATA": str(tmp_path / "rows.json"), "PORTAL_CACHE": str(tmp_path)}
    command, folder = [sys.executable, "-m", "portal"], CITIES.parent
    done = subprocess.run(
        command, cwd=folder, env=os.environ | variables, capture_output=True, text=True, check=False
    )
    assert done.stderr == "The sample portal cannot start: rows.json is not a JSON list of rows\n"
    assert done.returncode == 1
