from __future__ import annotations

from typing import Any

import pytest

from tests.integration.golden.golden import recorded, sorted_items
from tests.support.databases import Database
from tests.support.serving import Api

# Where the city gives no council, ours is found by place: requests moved from "No council" to another.
MOVED = """
SELECT council_name, count(*)
  FROM service_requests JOIN requests ON id = request_id JOIN councils USING (council_id)
 WHERE nc IS DISTINCT FROM data_code AND council_id > 0 {condition} GROUP BY council_name
"""


@pytest.mark.parametrize("name", ["reports_type_date", "reports_hour_source", "reports_filter_council"])
def test_groups_are_the_same(api: Api, name: str) -> None:
    golden = recorded(name)
    assert sorted_items(golden.ask(api).json()) == sorted_items(golden.answer)


def test_councils_are_the_same_but_for_requests_found_by_their_place(api: Api, database: Database) -> None:
    golden = recorded("reports_council")
    moved = dict(database.run(MOVED.format(condition="AND created_date >= '2020-01-02'")))
    expected = {
        row["council_name"]: row["counts"] + moved.get(row["council_name"], 0) for row in golden.answer
    }
    expected["No council"] -= sum(moved.values())
    assert {row["council_name"]: row["counts"] for row in golden.ask(api).json()} == expected


def _places(answer: Any) -> list[Any]:
    return [error["loc"] for error in answer["detail"]]


def test_unknown_field_is_refused_at_the_same_place(api: Api) -> None:
    golden = recorded("reports_bad_field")
    response = golden.ask(api)
    assert (response.status_code, _places(response.json())) == (golden.status, _places(golden.answer))
