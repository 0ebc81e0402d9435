from __future__ import annotations

import pytest
from starlette.datastructures import Headers

from lacity_data_api.http.accept import list_header, prefers, wants_page

LINES, JSON = "application/x-ndjson", "application/json"


@pytest.mark.parametrize(
    ("accept", "expected"),
    [("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", True),
     ("*/*", False), ("", False), ("application/json", False), ("text/html, application/json", True),
     ("text/html;q=0.5, application/json", False), ("text/html;q=0", False), ("TEXT/HTML", True),
     ("text/html;q=nonsense", False), ("text/html, */*", True), ("text/html;q=0.1, */*", False),
     ("text/*", True), ("text/html;q=0, text/*", False), ("image/png", False),
     ("*/*, application/json;q=0.5", True), ("text/html, application/*;q=0.5", True)],
)  # fmt: skip
def test_only_clients_that_prefer_html_get_a_page(accept: str, *, expected: bool) -> None:
    assert wants_page(accept) is expected


@pytest.mark.parametrize(
    ("accept", "expected"),
    [(LINES, True), (f"{LINES}, */*", True), (f"{LINES};q=0.1, */*", False),
     (f"{LINES};q=0.1, */*;q=0", True), (f"{LINES};q=0.5, application/*", False),
     (f"{LINES};q=0.5, application/*, {JSON};q=0.1", True), (f"{LINES};q=0.5, text/*", True),
     (f"{LINES};q=0, {JSON};q=0", False), ("application/*", False)],
)  # fmt: skip
def test_the_most_specific_range_gives_a_type_its_weight(accept: str, *, expected: bool) -> None:
    assert prefers(accept, LINES, JSON) is expected


def test_lines_of_a_list_are_one_list() -> None:
    lines = [(b"accept", b"text/html;q=0.5"), (b"host", b"a"), (b"accept", b"application/json")]
    headers = Headers(raw=lines)
    assert list_header(headers, "accept") == "text/html;q=0.5, application/json"
    assert list_header(headers, "if-none-match") == ""
