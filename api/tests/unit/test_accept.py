from __future__ import annotations

import pytest

from lacity_data_api.http.accept import wants_page


@pytest.mark.parametrize(
    ("accept", "expected"),
    [("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", True),
     ("*/*", False), ("", False), ("application/json", False), ("text/html, application/json", True),
     ("text/html;q=0.5, application/json", False), ("text/html;q=0", False), ("TEXT/HTML", True),
     ("text/html;q=nonsense", False)],
)  # fmt: skip
def test_only_who_names_html_gets_a_page(accept: str, *, expected: bool) -> None:
    assert wants_page(accept) is expected
