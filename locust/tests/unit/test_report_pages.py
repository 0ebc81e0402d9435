"""The callbacks of a page, as Dash's browser code sends them."""

from __future__ import annotations

from typing import Any

from scenarios import report_pages

ASKED = [{"id": "recent--selection", "property": "data"}, {"id": "data-version", "property": "data"}]
PICTURE_INPUTS = [{"id": '{"picture":["MATCH"]}', "property": "id"}, {"id": "attempt", "property": "data"}]
LOCATION = [{"id": "_pages_location", "property": name} for name in ("pathname", "search")]
DEPENDENCIES: list[dict[str, Any]] = [
    {"output": ".._pages_content.children..._pages_store.data..", "inputs": LOCATION, "state": []},
    {"output": "recent--covers.children", "inputs": ASKED},
    {"output": "recent--by-day.children", "inputs": ASKED},
    {"output": "..recent--selection.data...address.search..", "inputs": [], "clientside_function": {}},
    {"output": "other--covers.children", "inputs": ASKED},
    {"output": '{"picture":["MATCH"]}.children', "inputs": PICTURE_INPUTS},
]


def test_the_frame_comes_first_and_then_the_cards_of_the_page() -> None:
    frame, cards = report_pages.callbacks(DEPENDENCIES, "/recent", "type=4")
    assert [one["outputs"] for one in frame] == [
        [
            {"id": "_pages_content", "property": "children"},
            {"id": "_pages_store", "property": "data"},
        ]
    ]
    assert [one["value"] for one in frame[0]["inputs"]] == ["/recent", "?type=4"]
    assert [one["output"] for one in cards] == ["recent--covers.children", "recent--by-day.children"]
    assert cards[0]["outputs"] == {"id": "recent--covers", "property": "children"}
    assert [one["value"] for one in cards[0]["inputs"]] == ["type=4", None]


def test_the_home_page_has_a_picture_of_each_report() -> None:
    _, pictures = report_pages.callbacks(DEPENDENCIES, "/", "")
    assert {one["output"] for one in pictures} == {'{"picture":["MATCH"]}.children'}
    assert [one["outputs"]["id"] for one in pictures] == [{"picture": "recent"}, {"picture": "other"}]
    assert pictures[0]["inputs"][0]["value"] == {"picture": "recent"}
    assert pictures[0]["inputs"][1]["value"] is None
