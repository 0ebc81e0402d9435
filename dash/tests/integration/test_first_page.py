"""The page that a browser opens comes within the layout."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from support.pages import PATHS
from support.serving import Reports

from report_kit.dash_internals import LAYOUT, OF_THE_CONTAINER, UPDATE
from report_kit.definitions import PATH as DEFINITIONS

QUERY = "council=52&type=4%2C1&other=%C3%A4"


def layout(reports: Reports, referrer: str) -> tuple[dict[str, dict[str, Any]], httpx.Response]:
    """The properties of the parts of Dash's container, by what they are for."""
    response = reports.client.get(LAYOUT, headers={"Referer": referrer} if referrer else {})
    assert response.status_code == 200
    found = {str(props.get("id")): props for props in parts(response.json())}
    return {name: found[identity] for name, identity in OF_THE_CONTAINER.items()}, response


def parts(content: Any) -> list[dict[str, Any]]:
    if isinstance(content, list):
        return [one for part in content for one in parts(part)]
    if not isinstance(content, dict) or "props" not in content:
        return []
    return [content["props"], *parts(content["props"].get("children"))]


def called_back(reports: Reports, pathname: str, search: str) -> tuple[Any, Any]:
    """The page and what Dash stores of it, as its callback returns them."""
    location, content, store = (OF_THE_CONTAINER[name] for name in ("location", "content", "store"))
    given = {"pathname": pathname, "search": search}
    outputs = [{"id": content, "property": "children"}, {"id": store, "property": "data"}]
    body = {
        "output": f"..{content}.children...{store}.data..",
        "outputs": outputs,
        "inputs": [{"id": location, "property": name, "value": value} for name, value in given.items()],
        "changedPropIds": [f"{location}.{name}" for name in given],
    }
    found = reports.client.post(UPDATE, json=body).json()["response"]
    return found[content]["children"], found[store]["data"]


@pytest.mark.parametrize("path", [*PATHS, DEFINITIONS])
@pytest.mark.parametrize("query", ["", QUERY])
def test_it_is_the_page_that_the_callback_returns(reports: Reports, path: str, query: str) -> None:
    address = f"{path}?{query}" if query else path
    container, response = layout(reports, reports.url + address)
    search = f"?{query}" if query else ""
    content, stored = called_back(reports, path, search)
    assert container["content"]["children"] == content
    assert container["store"]["data"] == stored
    assert container["content"]["data-opened"] == path + search
    assert "Referer" in response.headers["vary"]


@pytest.mark.parametrize(
    "referrer",
    [
        "",
        "https://elsewhere.example/backlog",
        "http://[",
        "backlog",
        "{url}/no-such-page",
        "{url}/backlog?type=%00",
        "{url}/backlog%00",
    ],
)
def test_otherwise_dash_asks_for_it(reports: Reports, referrer: str) -> None:
    container, _ = layout(reports, referrer.replace("{url}", reports.url))
    assert container["content"].get("children") is None
    assert "data-opened" not in container["content"]
