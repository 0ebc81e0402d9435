"""``python flow.py check-city``: says in plain words what a newcomer's declaration lacks."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from samples import first

from pipeline.check_city import check_city
from pipeline.city import CITIES, City, load_city
from pipeline.config import Settings
from pipeline.socrata import Portal
from portal.server import serve

ROOT = Path(__file__).parents[3]
NYC = load_city("nyc")
COLUMNS = dict(NYC.schemas["requests"].columns)
KEYS = sorted(folder.name for folder in CITIES.iterdir() if folder.is_dir())


def found(city: City) -> str:
    with (
        serve(city="nyc", rows=2_000) as (url, _),
        Portal(Settings(database_loader_url="", socrata_url=url)) as portal,
    ):
        return "\n".join(check_city(portal, city))


def with_schema(**changed: object) -> City:
    return NYC.model_copy(
        update={"schemas": {"requests": NYC.schemas["requests"].model_copy(update=changed)}}
    )


@pytest.mark.parametrize("key", first(KEYS, 2))
def test_every_declared_city_fits_its_sample(key: str) -> None:
    with serve(city=key, rows=600) as (url, _):
        command = [sys.executable, "flow.py", "check-city", key, "--portal", url]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr, done.returncode) == (
        f"{key}: the declaration matches the portal.\n",
        "",
        0,
    )


@pytest.mark.parametrize(
    ("city", "words"),
    [
        (with_schema(kept=()), "not declared (columns, kept or ignored): address_type, bbl"),
        (
            with_schema(columns=dict(NYC.schemas["requests"].columns) | {"cd": ("council",)}),
            "the portal has no column council for cd",
        ),
        (
            with_schema(columns=dict(NYC.schemas["requests"].columns) | {"srnumber": ("number",)}),
            "lost the required column srnumber (expected as number)",
        ),
        (NYC.model_copy(update={"patterns": {}}), "rows have an area without a polygon, such as '01 BRONX'"),
        (with_schema(open_statuses=()), "rows of status 'Pending' have a closed date and"),
        (
            load_city("sf").model_copy(update={"datasets": NYC.datasets, "schemas": NYC.schemas}),
            "outside the bounds",
        ),
        (
            with_schema(columns=dict(NYC.schemas["requests"].columns) | {"latitude": ("agency_name",)}),
            "locations are not numbers, such as latitude '",
        ),
        (
            with_schema(columns=COLUMNS | {"createddate": ("closed_date",), "closeddate": ("created_date",)}),
            "closed before they were created: are the dates swapped?",
        ),
        (with_schema(columns=COLUMNS | {"nc": ("community_board",)}), "as nc, but '01 BRONX': is it area"),
        (
            NYC.model_copy(
                update={"datasets": (NYC.newest.model_copy(update={"first_day": date(2040, 1, 1)}),)}
            ),
            "rows were created on days that no dataset is declared for, from 20",
        ),
    ],
)
def test_what_is_missing_is_said_in_plain_words(city: City, words: str) -> None:
    assert words in found(city)


def test_a_portal_that_cannot_be_reached_is_one_problem() -> None:
    command = [sys.executable, "flow.py", "check-city", "la", "--portal", "http://127.0.0.1:9"]
    environment = os.environ | {"SOCRATA_ATTEMPTS": "2", "SOCRATA_BACKOFF_SECONDS": "0.01"}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stdout) == (10, "")
    attempt, problem = done.stderr.splitlines()
    assert attempt.startswith("/api/geospatial/")
    assert attempt.count("/api/geospatial/") == 2, "of the message, and of the address in it"
    assert problem.startswith("portal error: the portal cannot be reached: ")


def test_a_folder_that_is_missing_is_named() -> None:
    command = [sys.executable, "flow.py", "check-city", "atlantis"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 20
    assert "CITY=atlantis is not declared in cities/" in done.stdout
