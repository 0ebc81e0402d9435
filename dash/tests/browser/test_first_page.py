"""A page that is opened needs no callback; the next pages come by the callback as before."""

from __future__ import annotations

import orjson
import pytest
from playwright.sync_api import Request, expect
from support.browser import Visitor

from report_kit.dash_internals import OF_THE_CONTAINER, UPDATE

ADDRESSES = [
    "/recent",
    "/neighborhood?council=52&type=4%2C1&other=%C3%A4%20b+c",
    "/neighborhood?type=4,1#here",
    "/",
]


def is_for_a_page(request: Request) -> bool:
    body = request.post_data if UPDATE in request.url else None
    return body is not None and OF_THE_CONTAINER["content"] in orjson.loads(body)["output"]


@pytest.mark.slow
@pytest.mark.parametrize("address", ADDRESSES)
def test_a_page_that_is_opened_needs_no_callback(visitor: Visitor, address: str) -> None:
    asked: list[Request] = []

    # Not the method itself: Playwright cannot remember anything about it.
    def listen(request: Request) -> None:
        asked.append(request)

    visitor.page.on("request", listen)
    before = visitor.page.evaluate("history.length")
    page = visitor.open(address)
    assert [request.url for request in asked if is_for_a_page(request)] == []
    assert page.url == visitor.url + address
    assert page.evaluate("history.length") == before + 1
    page.locator("header nav a", has_text="Backlog").click()
    expect(page.locator("h1")).to_have_text("Backlog")
    visitor.settle()
    assert len([request for request in asked if is_for_a_page(request)]) == 1
    page.go_back()
    expect(page.locator("h1")).not_to_have_text("Backlog")
    visitor.settle()
    assert page.url == visitor.url + address
    visitor.page.remove_listener("request", listen)
