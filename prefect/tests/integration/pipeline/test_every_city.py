"""Each folder of ``cities/``: its published rows are loaded by a run through the portal, and recounted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pipeline_tests import databases
from pipeline_tests.databases import Database
from pipeline_tests.ingest_runs import NOW, run_ingest, settings_for, tolerant
from pipeline_tests.recount import Recount, rows_of
from pipeline_tests.truth import assert_sound

from pipeline.city import CITIES, load_city
from portal.declared import GENERATED_CITY, polygons_of, sample_of
from portal.sample import rows as sample_rows
from portal.server import serve

REAL = Path(__file__).parents[5] / "shared" / "data" / "real"
FILES = {
    "la": ("la_legacy_2017.json", "../nc_boundaries_official.geojson"),
    "nyc": ("nyc_erm2-nwe9.json", "nyc_boundaries.geojson"),
    "sf": ("sf_vw6y-z8j6.json", "sf_boundaries.geojson"),
    "chicago": ("chicago_v6vf-nfxy.json", ""),
}
KEYS = sorted(folder.name for folder in CITIES.iterdir() if (folder / "city.toml").is_file())
SAMPLE_ROWS = 400


@dataclass(frozen=True)
class Loaded:
    """A database after a run over a file of rows, and the recount of that file."""

    database: Database
    recount: Recount

    def counts(self, query: str) -> dict[Any, int]:
        return dict(self.database.rows(query))


def invented(key: str, folder: Path) -> tuple[Path, Path]:
    """Rows and polygons of the city's sample, as files."""
    rows, polygons = folder / "rows.json", folder / "polygons.geojson"
    rows.write_text(json.dumps(list(sample_rows(sample_of(key), SAMPLE_ROWS, NOW.date(), 311))))
    polygons.write_bytes(polygons_of(key).geojson)
    return rows, polygons


def published(key: str, kind: str, folder: Path) -> tuple[Path, Path | None]:
    if kind == "invented":
        if key == GENERATED_CITY:
            pytest.skip("this city's sample is tested in every other module")
        return invented(key, folder)
    name, polygons = FILES.get(key, ("", ""))
    if not name or not (REAL / name).is_file():
        pytest.skip(f"no published rows of {key} next to this checkout (../shared/data/real)")
    return REAL / name, REAL / polygons if polygons else None


@pytest.fixture(
    scope="module", params=[(key, kind) for key in KEYS for kind in ("real", "invented")], ids="-".join
)
def loaded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    key, kind = request.param
    data, polygons = published(key, kind, tmp_path_factory.mktemp(key))
    city = load_city(key)
    features = json.loads(polygons.read_text())["features"] if polygons else []
    with databases.database() as database, serve(city=key, data=data, boundaries_file=polygons) as (url, _):
        run_ingest(settings_for(database, url), city=tolerant(city, rejected_share=0))
        yield Loaded(database, Recount(city, rows_of(data), features))


def test_every_request_is_served_once(loaded: Loaded) -> None:
    served = loaded.database.rows("SELECT srnumber FROM service_requests")
    assert {number for (number,) in served} == loaded.recount.requests.keys()
    assert_sound(loaded.database)


@pytest.mark.parametrize(
    ("name", "dimension", "table"),
    [
        ("type", "type_id", "request_types"),
        ("agency", "agency_id", "agencies"),
        ("source", "source_id", "sources"),
        ("area", "council_id", "councils"),
    ],
)
def test_requests_by_dimension_equal_the_recount(
    name: str, dimension: str, table: str, loaded: Loaded
) -> None:
    query = f"""
        SELECT CASE WHEN {dimension} = 0 THEN '' ELSE data_code END, sum(requests)::integer FROM rollup_daily
          JOIN {table} USING ({dimension}) GROUP BY 1 HAVING sum(requests) > 0
    """
    assert loaded.counts(query) == loaded.recount.by(name)


def test_days_open_and_ended_requests_equal_the_recount(loaded: Loaded) -> None:
    days = loaded.counts("SELECT created_date, sum(requests)::integer FROM rollup_day_type GROUP BY 1")
    expected: dict[Any, int] = {}
    for request in loaded.recount.counted:
        expected[request.created.date()] = expected.get(request.created.date(), 0) + 1
    assert {day: count for day, count in days.items() if count} == expected
    is_open = loaded.recount.by("is_open")[True]
    assert (loaded.database.value("SELECT sum(requests) FROM rollup_open") or 0) == is_open
    flags = loaded.database.rows(
        "SELECT count(*) FILTER (WHERE is_information), count(*) FILTER (WHERE is_duplicate),"
        " count(*) FILTER (WHERE latitude IS NOT NULL) FROM service_requests"
    )
    everything = loaded.recount.requests.values()
    names = ("is_information", "is_duplicate", "is_located")
    assert flags == [tuple(sum(getattr(request, name) for request in everything) for name in names)]


def test_statistics_equal_the_recount(loaded: Loaded) -> None:
    rows = loaded.database.rows(
        "SELECT data_code, closed_requests, min_days, max_days FROM close_statistics(ARRAY['type_id'])"
        " JOIN request_types USING (type_id)"
    )
    assert {code: tuple(figures) for code, *figures in rows} == loaded.recount.days_to_close()
