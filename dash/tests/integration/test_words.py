"""Pages without Dash, lists and labels of another city speak of its areas, not of councils."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing

import orjson
import pytest
from dash.development.base_component import Component
from flask.testing import FlaskClient
from psycopg.sql import SQL
from support import city as small_city
from support.cards import card
from support.documents import client_of
from support.other_city import OTHER_CITY, TRACES
from support.serving import settings_for

from data.warehouse import Warehouse
from pages import city_map, reports, requests_list
from report_kit import card as cards
from report_kit.controls import Pick
from report_kit.list_controls import Menu
from report_kit.preview import html_of


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[Warehouse]:
    with (
        small_city.filled(OTHER_CITY) as filled,
        closing(Warehouse(settings_for(filled.reader_url))) as found,
    ):
        yield found


@pytest.fixture(scope="module")
def client(elsewhere: Warehouse) -> FlaskClient:
    return client_of(elsewhere)


def traces(html: str) -> list[str]:
    """Lines with a word of the other city, in texts and in labels; addresses and classes are not shown."""
    shown = re.sub(r' (?:href|class|id|content|role)="[^"]*"', "", html)
    return [line for line in shown.splitlines() if TRACES.search(line)]


def columns_of(part: Component) -> list[dict[str, str]]:
    """The columns of a table that is drawn in the browser."""
    given = part.to_plotly_json()["props"].get("data-list")
    columns: list[dict[str, str]] = orjson.loads(given)["columns"] if given else []
    return columns


def number(elsewhere: Warehouse, where: str) -> str:
    found = elsewhere.frame(SQL(f"SELECT srnumber FROM service_requests WHERE {where} LIMIT 1"))
    return str(found["srnumber"][0])


def test_briefs_speak_of_the_areas(elsewhere: Warehouse, client: FlaskClient) -> None:
    week = elsewhere.facts().last_day
    assert week
    for council, status in ((52, 200), (0, 200), (999, 404)):
        answer = client.get(f"/brief/{council}?month={week:%Y-%m}")
        assert answer.status_code == status
        assert traces(answer.text) == []


@pytest.mark.parametrize("where", ["council_id = 0 AND latitude IS NOT NULL", "council_id = 52"])
def test_requests_speak_of_the_areas(elsewhere: Warehouse, client: FlaskClient, where: str) -> None:
    answer = client.get(f"/request/{number(elsewhere, where)}")
    assert "ommunity district" in answer.text
    assert traces(answer.text) == []


def test_the_list_of_requests_speaks_of_the_areas(elsewhere: Warehouse) -> None:
    parts = card(elsewhere, requests_list.REPORT, "requests", "sort=council").parts
    titles = [column["title"] for part in parts for column in columns_of(part)]
    assert "Community district" in titles
    assert traces("\n".join([*titles, html_of(parts)])) == []
    (sort,) = (one for one in requests_list.REPORT.controls if isinstance(one, Menu) and one.name == "sort")
    labels = [one["label"] for one in sort.spoken_options(elsewhere.facts())]
    assert "Community district, A to Z" in labels
    assert traces("\n".join(labels)) == []


def test_labels_of_files_are_worded_for_the_city(elsewhere: Warehouse) -> None:
    """They had the placeholder of a card's title in them, in every city."""
    (overview,) = (one for one in reports() if one.path == "/overview-combined")
    shown = overview.card("by-council")
    assert shown
    content = card(elsewhere, overview, "by-council")
    body = cards.body_of(overview, shown, content, "", elsewhere.facts().city)
    assert "“By community district”" in str(body[-1])


def test_titles_and_filters_speak_of_the_areas(elsewhere: Warehouse) -> None:
    """The reports on one area were called "Neighborhood" in every city, and boroughs "Regions"."""
    city = elsewhere.facts().city
    said = [
        city.phrase(text) for one in reports() for text in (one.menu or one.title, one.title, one.purpose)
    ]
    assert "Community district weekly report" in said
    said += [city.phrase(card.title) for one in reports() for card in one.cards]
    assert "By borough" in said
    labels = [one.label for report in reports() for one in report.controls if isinstance(one, Pick)]
    said += [city.phrase(label) for label in labels]
    said += [one["label"] for one in city_map.OUTLINES.spoken_options(elsewhere.facts())]
    assert "Boroughs" in said
    assert traces("\n".join(said)) == []
