"""change_counts equals a count of the changes, whatever statement wrote or deleted them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest
from psycopg2.errors import InsufficientPrivilege

from tests.support import databases
from tests.support.changes import add_changes
from tests.support.databases import Database

ALSO = (None, ["closed"], ["moved", "updated"])
COUNTS = """
    SELECT changed_at, type_id, council_id, kinds, was_open, changes FROM change_counts ORDER BY 1, 2, 3, 4, 5
"""
OF_THE_CHANGES = """
    SELECT changed_at, type_id, council_id, ARRAY[kind] || coalesce(also, '{}') AS kinds,
           kind = 'gone' AND (before ->> 'is_open')::boolean IS TRUE AS was_open, count(*)
      FROM changes WHERE cause = 'published' GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
"""
STATEMENTS = {
    "some are deleted": "DELETE FROM changes WHERE sequence % 3 = 0",
    "a run is deleted": "DELETE FROM changes WHERE changed_at = (SELECT min(changed_at) FROM changes)",
    "all are deleted": "DELETE FROM changes",
    "some get another type": "UPDATE changes SET type_id = 9 WHERE sequence % 2 = 0",
    "all become older": "UPDATE changes SET changed_at = changed_at - interval '31 days'",
    "some were ours": "UPDATE changes SET cause = 'rules' WHERE sequence % 4 = 0",
    "all are gone": "TRUNCATE changes",
    "both tables are emptied": "TRUNCATE changes, change_counts",
    "nothing": "DELETE FROM changes WHERE false",
}


def some_change(chance: random.Random) -> dict[str, Any]:
    kind = chance.choice(("created", "closed", "gone", "updated"))
    return {
        "kind": kind,
        "also": chance.choice(ALSO),
        "cause": chance.choice(("published", "published", "rules")),
        "type_id": chance.choice((1, 4)),
        "council_id": chance.choice((0, 52)),
        "before": chance.choice(({"is_open": True}, {"is_open": False}, {"status": "Open"})),
        "after": None if kind == "gone" else {"is_open": False},
    }


@pytest.fixture
def database() -> Iterator[Database]:
    chance = random.Random(311)
    with databases.database() as fresh:
        for _ in range(3):
            add_changes(fresh, *(some_change(chance) for _ in range(60)))
        yield fresh


@pytest.mark.parametrize("statement", STATEMENTS.values(), ids=list(STATEMENTS))
def test_counts_follow_the_changes(database: Database, statement: str) -> None:
    before = database.run(COUNTS)
    assert before == database.run(OF_THE_CHANGES)
    assert {len(row[3]) for row in before} == {1, 2, 3}
    database.run(statement)
    assert database.run(COUNTS) == database.run(OF_THE_CHANGES)


def test_the_loader_counts_by_writing_changes_alone(database: Database) -> None:
    database.run("DELETE FROM changes WHERE sequence < 50", url=database.loader_url)
    assert database.run(COUNTS) == database.run(OF_THE_CHANGES)
    for write in ("DELETE FROM change_counts", "UPDATE change_counts SET changes = 1"):
        with pytest.raises(InsufficientPrivilege):
            database.run(write, url=database.loader_url)
