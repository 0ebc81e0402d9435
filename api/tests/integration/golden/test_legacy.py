from __future__ import annotations

from typing import Any

import pytest

from tests.integration.golden.golden import Recorded, ended, original_ids, recorded, sorted_items
from tests.support.databases import Database
from tests.support.serving import Api

EXACT = ["legacy_cmp_frequency_cc", "legacy_cmp_frequency_nc"]
# The original took the last day to mean its midnight, so its response equals ours without that day.
WITHOUT_LAST_DAY = ["legacy_cmp_counts_cc", "legacy_cmp_timetoclose_nc"]


def test_published_request_is_the_same_but_for_its_id(api: Api, ids: dict[int, int]) -> None:
    golden = recorded("legacy_servicerequest")
    ours = golden.ask(api).json()
    assert ours | {"id": ids[ours["id"]]} == golden.answer
    assert list(ours) == list(golden.answer)


def test_open_requests_are_the_same_but_for_those_that_are_over(api: Api, database: Database) -> None:
    """Fixed: a status that ends a request counts as much as a closed date."""
    golden = recorded("legacy_open_requests")
    ours = golden.ask(api).json()
    numbers = {number: srnumber for srnumber, number in original_ids().items()}
    over = {numbers[number] for number in ended()}
    theirs = [pin for pin in golden.answer["requests"] if pin["srnumber"] not in over]
    assert sorted_items(ours["requests"]) == sorted_items(theirs)
    assert _without_moved(ours["counts"], database) == _without_moved(golden.answer["counts"], database)


def _without_moved(counts: dict[str, Any], database: Database) -> dict[str, Any]:
    """The counts without councils whose open requests are over, unlocated or published without a council."""
    moved = database.run(
        "SELECT DISTINCT council_id FROM service_requests JOIN requests ON id = request_id"
        " WHERE closed_date IS NULL AND (nc IS NULL OR NOT is_open OR service_requests.latitude IS NULL)"
    )
    touched = {"0", *(str(council_id) for (council_id,) in moved)}
    return {council: types for council, types in counts["nc"].items() if council not in touched}


def test_pins_are_the_same_newest_first(api: Api) -> None:
    golden = recorded("legacy_map_pins")
    ours = golden.ask(api).json()
    assert sorted_items(ours) == sorted_items(golden.answer)
    assert ours != sorted_items(ours)


@pytest.mark.parametrize("name", EXACT)
def test_comparison_is_the_same(api: Api, name: str) -> None:
    golden = recorded(name)
    assert golden.ask(api).json() == golden.answer


@pytest.mark.parametrize("name", WITHOUT_LAST_DAY)
def test_comparison_holds_its_last_day(api: Api, name: str) -> None:
    golden = recorded(name)
    day_before = Recorded(golden.method, golden.path, golden.body | {"endDate": "1/2/20"}, 200, None)
    assert day_before.ask(api).json() == golden.answer
    assert golden.ask(api).json() != golden.answer


def test_visualizations_work(api: Api) -> None:
    golden = recorded("legacy_visualizations")
    assert golden.status == 500
    response = golden.ask(api)
    assert response.status_code == 200
    pins = len(recorded("legacy_map_pins").answer)
    answer = response.json()
    assert sum(answer["counts"]["type"].values()) == pins
    assert sum(answer["counts"]["source"].values()) == pins
    assert sum(map(sum, answer["frequency"]["counts"].values())) == pins
