"""SODA2 and SODA3: both give the same rows, and a portal may end SODA2 at any moment."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pipeline_tests import databases
from pipeline_tests.databases import Database
from pipeline_tests.ingest_runs import NOW, run_ingest, settings_for
from pipeline_tests.truth import assert_sound, requests_of, served_of
from samples import first

from pipeline.config import Settings
from pipeline.errors import TokenError, UnavailableError
from portal.controller import Controller
from portal.server import serve

LIVE, OLD = "2cy6-i7zn", "rq3b-xjk8"
BOTH = (LIVE, OLD)
Site = tuple[str, Controller, Database]


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """A portal, and a database that was loaded by SODA2."""
    with serve(rows=3_000, today=NOW.date()) as (url, portal), databases.database() as truth:
        run_ingest(settings_for(truth, url, socrata_transport="soda2"), datasets=BOTH)
        yield url, portal, truth


@pytest.fixture(autouse=True)
def behave_again(site: Site) -> Iterator[None]:
    yield
    site[1].clear_faults()


def settings(database: Database, site: Site, **changed: object) -> Settings:
    return settings_for(database, site[0], socrata_app_token="a-token", **changed)


def transports(database: Database) -> dict[str, str]:
    newest = "(SELECT max(load_run_id) FROM load_runs)"
    query = f"SELECT dataset_id, transport FROM run_datasets WHERE load_run_id = {newest}"
    return dict(database.rows(query))


def assert_true(database: Database, site: Site) -> None:
    assert requests_of(database) == requests_of(site[2])
    assert served_of(database) == served_of(site[2])
    assert_sound(database)


@pytest.mark.parametrize("is_wrapped", [False, True])
def test_soda3_loads_what_soda2_does(is_wrapped: bool, site: Site, database: Database) -> None:
    if is_wrapped:
        site[1].add_fault("wrap")
    run_ingest(settings(database, site, socrata_transport="soda3", socrata_page_rows=700), datasets=BOTH)
    assert transports(database) == dict.fromkeys(BOTH, "soda3")
    assert_true(database, site)


@pytest.mark.parametrize("status", first([403, 404, 410]))
def test_a_portal_without_soda2_is_read_by_soda3(status: int, site: Site, database: Database) -> None:
    site[1].add_fault("end_soda2", status=status)
    run_ingest(settings(database, site), datasets=BOTH)
    assert transports(database) == dict.fromkeys(BOTH, "soda3")
    assert_true(database, site)


@pytest.mark.parametrize("pages", first([1, 2, 4]))
def test_soda2_may_end_in_the_middle_of_a_run(pages: int, site: Site, database: Database) -> None:
    site[1].add_fault("end_soda2", after=pages)
    run_ingest(settings(database, site, socrata_page_rows=200, download_workers=1), datasets=BOTH)
    assert "soda3" in transports(database).values()
    assert_true(database, site)


def test_soda3_is_not_used_where_soda2_serves(site: Site, database: Database) -> None:
    run_ingest(settings(database, site), datasets=BOTH)
    assert transports(database) == dict.fromkeys(BOTH, "soda2")


def test_a_private_dataset_is_not_the_end_of_soda2(site: Site, database: Database) -> None:
    site[1].add_fault("private", dataset=OLD)
    outcome = run_ingest(settings(database, site), datasets=BOTH)
    assert isinstance(outcome.plan.skipped[0].error, UnavailableError)
    assert transports(database) == {LIVE: "soda2", OLD: ""}


def test_no_run_starts_when_only_soda3_is_left_and_there_is_no_token(site: Site, database: Database) -> None:
    site[1].add_fault("end_soda2")
    with pytest.raises(TokenError, match="has ended SODA2, and SODA3 needs a token: set SOCRATA_APP_TOKEN"):
        run_ingest(settings_for(database, site[0]), datasets=BOTH)
    assert requests_of(database) == []


def test_a_run_that_may_only_use_soda2_does_not_switch(site: Site, database: Database) -> None:
    site[1].add_fault("end_soda2")
    with pytest.raises(UnavailableError, match="was deleted"):
        run_ingest(settings(database, site, socrata_transport="soda2"), datasets=BOTH)
