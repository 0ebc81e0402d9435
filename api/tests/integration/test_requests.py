from __future__ import annotations

import pytest

from tests.support.databases import Database
from tests.support.rows import add_requests
from tests.support.serving import Api


@pytest.fixture(scope="module", autouse=True)
def ids(database: Database) -> list[int]:
    return add_requests(database, {"created_date": "2020-01-02 10:00"}, {"created_date": "2020-01-03 00:00"})


def test_end_date_includes_its_day_and_not_the_next_midnight(api: Api, ids: list[int]) -> None:
    found = api.json("/requests", start_date="2020-01-02", end_date="2020-01-02")
    assert [row["requestId"] for row in found] == [ids[0]]
