from __future__ import annotations

from tests.support.databases import Database

ROLLUPS = (
    "SELECT rollup, array_to_string(dimensions || measures, ', '), rollup_select(rollup) FROM rollup_catalog"
)


def test_rollups_after_a_run_equal_a_recount(database: Database) -> None:
    for table, columns, recount in database.run(ROLLUPS):
        stored = f"SELECT {columns} FROM {table}"
        difference = f"({stored} EXCEPT ({recount})) UNION ALL (({recount}) EXCEPT {stored})"
        assert database.run(difference) == [], table
        assert database.value(f"SELECT count(*) FROM {table}") > 0, table
