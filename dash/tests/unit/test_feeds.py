from __future__ import annotations

from report_kit.feeds import links

API = "https://api.example/"


def test_a_page_names_the_feeds_of_its_council_and_type() -> None:
    found = links(API, {"council": "52", "type": "4", "from": "2026-01-01"})
    assert found.count('rel="alternate"') == 2
    assert 'type="application/atom+xml"' in found
    assert 'href="https://api.example/changes/feed.json?council_id=52&amp;type_id=4"' in found


def test_a_page_of_several_councils_names_the_feeds_of_all() -> None:
    found = links(API, {"council": '1,2"><script>'})
    assert 'href="https://api.example/changes/feed.atom"' in found
    assert "script" not in found


def test_without_an_address_there_is_no_link() -> None:
    assert links("", {"council": "52"}) == ""
