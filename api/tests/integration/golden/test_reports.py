from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from tests.integration.golden.golden import recorded, sorted_items
from tests.support.databases import Database
from tests.support.serving import Api

# If the city gives no council, ours is found by location: requests moved from "No council" to another.
MOVED = """
SELECT council_name, count(*)
  FROM service_requests JOIN requests ON id = request_id JOIN councils USING (council_id)
 WHERE nc::text IS DISTINCT FROM data_code AND council_id > 0 {condition} GROUP BY council_name
"""


# Fixed: the original left out requests without coordinates.
UNLOCATED = """
SELECT {columns}, count(*)
  FROM service_requests JOIN request_types USING (type_id) JOIN sources USING (source_id)
  JOIN councils USING (council_id) WHERE service_requests.latitude IS NULL AND {condition} GROUP BY {columns}
"""
COLUMNS = {
    "reports_type_date": ("type_name", "created_date::date::text"),
    "reports_hour_source": ("extract(hour FROM created_date)::integer", "source_name"),
}
RECENT = "created_date >= '2020-01-02'"


def _counts(rows: Any) -> Counter[tuple[Any, ...]]:
    return Counter({tuple(row.values())[:-1]: row["counts"] for row in rows})


def _unlocated(database: Database, condition: str, *columns: str) -> Counter[tuple[Any, ...]]:
    found = database.run(UNLOCATED.format(columns=", ".join(columns), condition=condition))
    return Counter({tuple(row[:-1]): row[-1] for row in found})


def test_groups_of_one_council_are_the_same(api: Api) -> None:
    golden = recorded("reports_filter_council")
    assert sorted_items(golden.ask(api).json()) == sorted_items(golden.answer)


@pytest.mark.parametrize("name", COLUMNS)
def test_groups_are_the_same_with_requests_without_a_place(api: Api, database: Database, name: str) -> None:
    golden = recorded(name)
    condition = RECENT if "created_date" in golden.path else "true"
    unlocated = _unlocated(database, condition, *COLUMNS[name])
    assert unlocated
    assert _counts(golden.ask(api).json()) == _counts(golden.answer) + unlocated


def test_councils_are_the_same_but_for_requests_found_by_their_place(api: Api, database: Database) -> None:
    golden = recorded("reports_council")
    rows = database.run(MOVED.format(condition=f"AND {RECENT}"))
    moved = Counter({(name,): number for name, number in rows})
    expected = _counts(golden.answer) + moved + _unlocated(database, RECENT, "council_name")
    expected[("No council",)] -= sum(moved.values())
    assert _counts(golden.ask(api).json()) == expected


def _places(answer: Any) -> list[Any]:
    return [error["loc"] for error in answer["detail"]]


def test_unknown_field_is_rejected_at_the_same_place(api: Api) -> None:
    golden = recorded("reports_bad_field")
    response = golden.ask(api)
    assert (response.status_code, _places(response.json())) == (golden.status, _places(golden.answer))
