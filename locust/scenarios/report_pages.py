"""The requests of a browser that opens a report: the callbacks of its cards, from the server's description.

Plain functions over plain values, independent of Locust.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

CONTENT = "_pages_content"
PICTURE = "picture"
Dependency = Mapping[str, Any]


def callbacks(dependencies: Iterable[Dependency], path: str, search: str) -> list[list[dict[str, Any]]]:
    """Bodies for ``_dash-update-component``: first the page's frame, then all of its cards in parallel."""
    served = [one for one in dependencies if not one.get("clientside_function")]
    name = path.strip("/")
    values = {
        ("_pages_location", "pathname"): path,
        ("_pages_location", "search"): f"?{search}" if search else "",
        (f"{name}--selection", "data"): search,
    }
    frame = [body(one, values) for one in served if CONTENT in one["output"]]
    if name:
        cards = [body(one, values) for one in served if one["output"].startswith(f"{name}--")]
    else:
        cards = [
            picture(one, report) for one in served if PICTURE in one["output"] for report in names(served)
        ]
    return [frame, cards]


def names(dependencies: Iterable[Dependency]) -> list[str]:
    """The names of all reports, from the ids of their cards."""
    return [
        one["output"].removesuffix("--covers.children")
        for one in dependencies
        if one["output"].endswith("--covers.children")
    ]


def body(one: Dependency, values: Mapping[tuple[str, str], Any]) -> dict[str, Any]:
    """The body of one callback with these values; inputs without a value are null, as on a new page."""
    outputs = [_place(output) for output in one["output"].strip(".").split("...")]
    is_several = one["output"].startswith("..")
    return {
        "output": one["output"],
        "outputs": outputs if is_several else outputs[0],
        "inputs": [_given(place, values) for place in one["inputs"]],
        "state": [_given(place, values) for place in one.get("state", ())],
        "changedPropIds": [],
    }


def picture(one: Dependency, report: str) -> dict[str, Any]:
    """The callback of a report's preview on the home page."""
    identity = {PICTURE: report}
    first, *others = [_given(place, {}) for place in one["inputs"]]
    inputs = [first | {"value": identity}, *others]
    return {
        "output": one["output"],
        "outputs": {"id": identity, "property": "children"},
        # An input belongs to the output's element, matched by pattern, or to the page.
        "inputs": [place | ({"id": identity} if PICTURE in place["id"] else {}) for place in inputs],
        "changedPropIds": [],
    }


def _place(text: str) -> dict[str, str]:
    identity, _, name = text.rpartition(".")
    return {"id": identity, "property": name}


def _given(place: Mapping[str, str], values: Mapping[tuple[str, str], Any]) -> dict[str, Any]:
    given = {"id": place["id"], "property": place["property"]}
    return given | {"value": values.get((place["id"], place["property"]))}
