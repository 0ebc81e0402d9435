"""A migration that adds a column breaks no run of the release before it: every statement names its columns."""

from __future__ import annotations

from pathlib import Path

import pytest
from pipeline_tests.databases import Database
from pipeline_tests.histories import load, plain_row
from pipeline_tests.nights import settings_for, tolerant
from pipeline_tests.truth import assert_sound

SQL = Path(__file__).parents[3] / "sql"
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
