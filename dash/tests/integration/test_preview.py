"""The map comes as HTML before Dash's scripts; other pages do not."""

from __future__ import annotations

import re
from html import escape, unescape
from html.parser import HTMLParser

import orjson
import pytest
from support.databases import Database
from support.pages import PATHS
from support.serving import Reports, forget_everything, serve

MAP = "/map"
OTHERS = [path for path in PATHS if path != MAP]
BEFORE_DASH = re.compile(r'<div id="preview">(.*)<div id="react-entry-point">', re.DOTALL)


class Outline(HTMLParser):
    """The scripts that run at once, those in the template, and every id."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.at_once: list[str] = []
        self.later: list[str] = []
        self.ids: list[str] = []
        self._is_template = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.ids += [given["id"] or ""] if "id" in given else []
        self._is_template = self._is_template or tag == "template"
        if tag == "script" and given.get("type") != "application/json":
            (self.later if self._is_template else self.at_once).append(given.get("src") or "")

    def handle_endtag(self, tag: str) -> None:
        self._is_template = self._is_template and tag != "template"


@pytest.mark.parametrize("query", ["", "?status=open&council=52", "?card=map"])
def test_the_map_is_in_the_page_and_dash_waits(reports: Reports, query: str) -> None:
    forget_everything()
    page = reports.get(MAP + query).text
    found = BEFORE_DASH.search(page)
    assert found
    known = re.search('class="city-map" data-map="([^"]*)"', found[1])
    assert known
    assert ("council_id=52&status=open" in orjson.loads(unescape(known[1]))["filters"]) == (
        "council" in query
    )
    outline = Outline(page)
    assert [one.split("?")[0] for one in outline.at_once] == [
        f"/assets/{name}.js" for name in ("scheme", "map", "preview")
    ]
    assert any("dash_renderer" in one for one in outline.later)
    assert outline.later[-1] == ""
    assert len(set(outline.ids)) == len(outline.ids)


@pytest.mark.parametrize("path", [*OTHERS, "/no-such-page"])
def test_other_pages_start_dash_at_once(reports: Reports, path: str) -> None:
    page = reports.get(path).text
    assert 'id="preview"' not in page
    outline = Outline(page)
    assert outline.later == []
    assert any("dash_renderer" in one for one in outline.at_once)


@pytest.mark.parametrize("text", ['"><script>alert(1)</script>', "{%scripts%}", "{%ahead%}"])
def test_no_text_of_the_address_becomes_part_of_the_page(reports: Reports, text: str) -> None:
    """The page lists parameters that it ignores, as text: it is not filled like the page around it."""
    page = reports.client.get(MAP, params={"council": text, "from": text, "other": text}).text
    assert escape(f"Ignored URL parameter: council={text}") in page
    odd, usual = Outline(page), Outline(reports.get(MAP).text)
    assert (odd.at_once, odd.later) == (usual.at_once, usual.later)


def test_a_map_that_cannot_be_read_leaves_the_page_to_dash(city: Database) -> None:
    """Without rights to read, no query succeeds."""
    away = city.reader_url.replace(city.name, f"{city.name}_missing")
    forget_everything()
    with serve(away, REDIS_URL="") as reports:
        page = reports.get(MAP)
    assert page.status_code == 200
    assert 'id="preview"' not in page.text
