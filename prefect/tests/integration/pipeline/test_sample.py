"""The city's own published sample, through the portal and the whole run."""

from __future__ import annotations

from pathlib import Path

import pytest
from pipeline_tests.databases import Database
from pipeline_tests.ingest_runs import run_ingest, settings_for
from pipeline_tests.truth import assert_sound, fingerprint

from portal.server import serve

SAMPLE = Path(__file__).parents[5] / "shared" / "data" / "requests_2020_sample.json"
pytestmark = pytest.mark.skipif(
    not SAMPLE.is_file(), reason="the city's sample is not next to this checkout (../shared/data)"
)


def test_sample_is_loaded_completely_and_once(database: Database) -> None:
    with serve(data=SAMPLE) as (url, _):
        settings = settings_for(database, url)
        first = run_ingest(settings)
        before = fingerprint(database)
        again = run_ingest(settings)
        reread = run_ingest(settings, reconcile=True)
    counts = {
        "requests": database.value("SELECT count(*) FROM requests"),
        "served": database.value("SELECT count(*) FROM service_requests"),
        "open": database.value("SELECT count(*) FROM service_requests WHERE is_open"),
        "open in the rollup": database.value("SELECT sum(requests) FROM rollup_open"),
    }
    # Fixed: 11 requests without coordinates are served, and 18 with status Closed but no date are over.
    assert counts == {"requests": 1500, "served": 1500, "open": 31, "open in the rollup": 31}
    assert first.message.startswith("Loaded 1,500 new, 0 updated")
    assert again.message.startswith("Nothing changed: 0 rows read")
    assert reread.message.startswith("Nothing changed: 1,500 rows read")
    assert first.generation == again.generation == reread.generation == 1
    assert fingerprint(database) == before
    assert_sound(database)


def test_one_changed_row_changes_one_row(database: Database) -> None:
    with serve(data=SAMPLE) as (url, portal):
        settings = settings_for(database, url)
        run_ingest(settings)
        number = database.value("SELECT srnumber FROM service_requests WHERE is_open LIMIT 1")
        portal.upsert({"srnumber": number, "closeddate": "2020-02-03T10:00:00.000", "status": "Closed"})
        run = run_ingest(settings)
    assert run.message.startswith("Loaded 0 new, 1 updated")
    assert run.generation == 2
    closed = database.rows(
        "SELECT closed_date::text, status FROM service_requests WHERE srnumber = %s", number
    )
    assert closed == [("2020-02-03 10:00:00", "Closed")]
    assert database.value("SELECT sum(requests) FROM rollup_open") == 30
    assert_sound(database)
