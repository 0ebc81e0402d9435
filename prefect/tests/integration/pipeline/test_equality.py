"""Incremental runs lead to the same tables as one full load, whatever happened in between."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pipeline_tests import databases
from pipeline_tests.changed_days import difference
from pipeline_tests.databases import Database
from pipeline_tests.histories import History, Row, content, histories, load
from pipeline_tests.ingest_runs import settings_for, tolerant
from pipeline_tests.truth import assert_sound, emptied, requests_of, served_of

CITY = tolerant()
CHECKS = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
# Each example is several runs in a real database. HISTORIES=200 searches much further, as does `-m slow`.
EXAMPLES = int(os.environ.get("HISTORIES", "2"))
ENOUGH = settings(deadline=None, max_examples=EXAMPLES, suppress_health_check=CHECKS)
MANY = settings(ENOUGH, max_examples=max(EXAMPLES, 100))


@pytest.fixture(scope="module")
def shared() -> Iterator[Database]:
    with databases.database() as database:
        yield database


def final_rows(history: History) -> list[Row]:
    return list(history.portal.values())


def truth(history: History) -> set[tuple[str, str | None]]:
    """Each number with the newest row that the portal has for it, found without SQL."""
    newest: dict[str, Row] = {}
    for row in sorted(history.portal.values(), key=lambda row: (row.stamp, row.id)):
        newest[row.srnumber] = row
    return {(number, row.fields["source_row_id"]) for number, row in newest.items()}


def ids_of(database: Database) -> list[tuple[object, ...]]:
    """Every id, as stored and as served."""
    question = (
        "SELECT srnumber, id, request_id FROM requests LEFT JOIN service_requests USING (srnumber) ORDER BY 1"
    )
    return database.rows(question)


def assert_runs_equal_one_full_load(shared: Database, history: History) -> None:
    chosen = settings_for(shared, "http://unused.invalid")
    emptied(shared)
    for rows in history.runs:
        with difference(shared) as found:
            load(chosen, CITY, rows)
        assert found.is_told
        assert_sound(shared)
    nightly = requests_of(shared), served_of(shared)
    ids = ids_of(shared)
    assert {(row[0], row[-2]) for row in nightly[0]} == truth(history)
    load(chosen, CITY, final_rows(history), full=True)
    assert_sound(shared)
    assert (requests_of(shared), served_of(shared)) == nightly
    assert ids_of(shared) == ids
    emptied(shared)
    load(chosen, CITY, final_rows(history))
    assert_sound(shared)
    assert (requests_of(shared), served_of(shared)) == nightly


@ENOUGH
@given(history=histories())
def test_incremental_runs_equal_one_full_load(shared: Database, history: History) -> None:
    assert_runs_equal_one_full_load(shared, history)


@pytest.mark.slow
@pytest.mark.timeout(3_600)
@MANY
@given(history=histories())
def test_many_incremental_runs_equal_one_full_load(shared: Database, history: History) -> None:
    assert_runs_equal_one_full_load(shared, history)


def assert_republishing_changes_nothing(shared: Database, history: History) -> None:
    chosen = settings_for(shared, "http://unused.invalid")
    emptied(shared)
    for rows in history.runs:
        load(chosen, CITY, rows)
    before = contents_of(shared), served_of(shared)
    again = [replace(row, id=row.id + 1000, stamp=row.stamp + 1000) for row in final_rows(history)]
    assert not load(chosen, CITY, again, is_whole=True).has_changed
    assert (contents_of(shared), served_of(shared)) == before
    assert not load(chosen, CITY, again, is_whole=True, reconcile=True).has_changed
    assert (contents_of(shared), served_of(shared)) == before
    assert_sound(shared)


@ENOUGH
@given(history=histories())
def test_republishing_changes_nothing(shared: Database, history: History) -> None:
    assert_republishing_changes_nothing(shared, history)


@pytest.mark.slow
@pytest.mark.timeout(3_600)
@MANY
@given(history=histories())
def test_republishing_changes_nothing_after_many_histories(shared: Database, history: History) -> None:
    assert_republishing_changes_nothing(shared, history)


def contents_of(database: Database) -> list[tuple[object, ...]]:
    """The published rows without the portal's row ids and update times."""
    return [row[:-2] for row in requests_of(database)]


@ENOUGH
@given(history=histories(), gone=st.sets(st.integers(0, 20)))
def test_reconciling_after_deletions_equals_a_full_load(
    shared: Database, history: History, gone: set[int]
) -> None:
    assert_reconciling_equals_a_full_load(shared, history, gone)


@pytest.mark.slow
@pytest.mark.timeout(3_600)
@MANY
@given(history=histories(), gone=st.sets(st.integers(0, 20)))
def test_reconciling_after_many_deletions_equals_a_full_load(
    shared: Database, history: History, gone: set[int]
) -> None:
    assert_reconciling_equals_a_full_load(shared, history, gone)


def assert_reconciling_equals_a_full_load(shared: Database, history: History, gone: set[int]) -> None:
    chosen = settings_for(shared, "http://unused.invalid")
    left = [row for row in final_rows(history) if row.id not in gone]
    emptied(shared)
    for rows in history.runs:
        load(chosen, CITY, rows)
    load(chosen, CITY, left, reconcile=True)
    assert_sound(shared)
    reconciled = requests_of(shared), served_of(shared)
    numbers = shared.value("SELECT count(DISTINCT srnumber) FROM retired_requests")
    emptied(shared)
    load(chosen, CITY, left)
    assert (requests_of(shared), served_of(shared)) == reconciled
    assert numbers == len({row.srnumber for row in final_rows(history)} - {row.srnumber for row in left})


@settings(ENOUGH, max_examples=2)
@given(contents=st.lists(content(), min_size=6, max_size=6))
def test_an_older_row_never_wins(
    shared: Database, contents: list[tuple[tuple[str, str | None], ...]]
) -> None:
    """Six requests, whose three versions arrive in the six possible orders."""
    chosen = settings_for(shared, "http://unused.invalid")
    emptied(shared)
    orders = list(zip(contents, permutations((0, 1, 2)), strict=True))
    for turn in range(3):
        load(
            chosen,
            CITY,
            [version(number, stamps[turn], *row) for number, (*row, stamps) in enumerate(orders)],
        )
    assert shared.rows("SELECT status FROM requests") == [("at 2",)] * 6


def version(number: int, stamp: int, fields: tuple[tuple[str, str | None], ...]) -> Row:
    """A row whose status says when it was updated."""
    named = tuple((name, f"at {stamp}" if name == "status" else value) for name, value in fields)
    return Row(number, f"1-{number}", stamp, named)
