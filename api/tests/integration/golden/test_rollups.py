from __future__ import annotations

import pytest

from benchmarks.rollups import DIMENSIONS, ROLLUPS
from tests.support.databases import Database


@pytest.mark.parametrize("table", ROLLUPS)
def test_rollup_after_a_night_equals_a_recount(database: Database, table: str) -> None:
    names, condition = ROLLUPS[table]
    stored = f"SELECT {', '.join(names)}, requests FROM {table}"
    counted = (
        f"SELECT {', '.join(DIMENSIONS[name] for name in names)}, count(*)::integer FROM service_requests"
        f" WHERE {condition} GROUP BY {', '.join(str(number + 1) for number in range(len(names)))}"
    )
    assert database.run(f"({stored} EXCEPT {counted}) UNION ALL ({counted} EXCEPT {stored})") == []
    assert database.value(f"SELECT count(*) FROM {table}") > 0
