"""A migration that adds a column does not break runs of the previous release."""

from __future__ import annotations

import pytest
from pipeline_tests.databases import Database
from pipeline_tests.histories import load, plain_row
from pipeline_tests.ingest_runs import run_ingest, settings_for, tolerant
from pipeline_tests.truth import assert_sound

from portal.controller import Controller

LIVE = "2cy6-i7zn"
ADDED = """
ALTER TABLE requests ADD COLUMN mood text;
ALTER TABLE retired_requests ADD COLUMN mood text;
ALTER TABLE service_requests ADD COLUMN mood text;
"""


@pytest.mark.parametrize("way", ["reconcile", "full"])
def test_a_run_that_retires_a_row_survives_a_new_column(way: str, database: Database) -> None:
    settings, city = settings_for(database, "http://unused.invalid"), tolerant()
    load(settings, city, [plain_row(number) for number in range(3)])
    for statement in ADDED.strip().splitlines():
        database.change(statement)
    result = load(settings, city, [plain_row(1), plain_row(2)], is_whole=True, **{way: True})
    assert result.counts["retired"] == 1
    retired = database.rows(
        "SELECT srnumber, requesttype, retired_at IS NULL, retired_reason FROM retired_requests"
    )
    reason = {"reconcile": "no longer published", "full": "not in a full load"}[way]
    assert retired == [("1-0", "Bulky Items", False, reason)]
    assert_sound(database)


def test_the_loader_owns_a_table_that_a_full_load_replaces_with_its_new_column(database: Database) -> None:
    settings, city = settings_for(database, "http://unused.invalid"), tolerant()
    load(settings, city, [plain_row(1)])
    database.change("ALTER TABLE requests ADD COLUMN mood text")
    load(settings, city, [plain_row(1)], full=True)
    assert database.rows("SELECT srnumber, mood FROM requests") == [("1-1", None)]


def test_a_column_that_is_declared_later_is_read_from_the_first_row_on(
    town: tuple[str, Controller], database: Database
) -> None:
    settings, full = settings_for(database, town[0]), tolerant()
    cases = full.schemas["cases"]
    columns = {name: sources for name, sources in cases.columns.items() if name != "outcome"}
    former = cases.model_copy(update={"columns": columns})
    earlier = full.model_copy(update={"schemas": full.schemas | {"cases": former}})
    run_ingest(settings, city=earlier, datasets=(LIVE,))
    outcomes = "SELECT count(outcome) FROM requests"
    assert database.value(outcomes) == 0
    run_ingest(settings, city=full, datasets=(LIVE,))
    assert database.value(outcomes) > 100
    assert run_ingest(settings, city=full, datasets=(LIVE,)).message.startswith(
        "Nothing changed: 0 rows read"
    )
