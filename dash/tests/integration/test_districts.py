"""Council districts and regions as filters and groups, against a count over the rows as published."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from support.cards import card, column, figures, rows, total
from support.databases import Database
from support.raw import RAW

from data.filters import DISTRICT
from data.reference import ids_by_name
from data.warehouse import Warehouse
from pages import addresses, backlog, overview_combined, recent
from report_kit import common_cards, controls

YEAR = "created >= date_trunc('month', today - 1) - interval '11 months'"


def test_districts_are_those_of_the_requests_in_their_order(warehouse: Warehouse) -> None:
    assert list(ids_by_name(warehouse, DISTRICT)) == [*(f"District {n}" for n in range(1, 16)), "No district"]


def test_requests_by_district(city: Database, warehouse: Warehouse) -> None:
    """The district used to be stored with every request, but shown nowhere."""
    truth = city.rows(
        RAW
        + f"""SELECT CASE district WHEN 0 THEN 'No district' ELSE 'District ' || district END, count(*)
            FROM past WHERE {YEAR} GROUP BY district ORDER BY district = 0, 2 DESC, 1"""
    )
    assert rows(card(warehouse, overview_combined.REPORT, "by-district")) == truth


@pytest.mark.parametrize("name", ["by-type", "by-agency", "by-source", "by-council", "by-weekday"])
@pytest.mark.parametrize("district", [7, 0])
def test_every_figure_is_of_the_district(
    city: Database, warehouse: Warehouse, name: str, district: int
) -> None:
    truth = city.value(RAW + f"SELECT count(*) FROM past WHERE {YEAR} AND district = {district}")
    shown = card(warehouse, overview_combined.REPORT, name, f"district={district}")
    assert total(shown) == truth > 0


def test_open_requests_of_a_district(city: Database, warehouse: Warehouse) -> None:
    shown = card(warehouse, overview_combined.REPORT, "numbers", "district=7&type=4")
    truth = city.value(
        RAW + "SELECT count(*) FROM raw WHERE is_open AND district = 7 AND type = 'Bulky Items'"
    )
    assert figures(shown)["open_now"] == truth > 0


def test_days_to_close_are_not_known_by_district(warehouse: Warehouse) -> None:
    shown = card(warehouse, overview_combined.REPORT, "days-to-close", "district=7")
    assert shown.why_empty == overview_combined.NOT_BY_AGENCY


def test_requests_of_a_region(city: Database, warehouse: Warehouse) -> None:
    truth = city.value(RAW + "SELECT count(*) FROM past WHERE region = 3 AND created >= today - 30")
    shown = card(warehouse, recent.REPORT, "over-time", "region=3&compare=none")
    assert sum(column(shown, "requests")) == truth > 0


def test_a_city_without_districts_says_so(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(common_cards.reference, "ids_by_name", lambda *_: {"No district": [0]})
    for report in (overview_combined.REPORT, backlog.REPORT):
        shown = card(warehouse, report, "by-district")
        assert (shown.is_empty, shown.why_empty) == (True, common_cards.NO_DISTRICTS)


def test_cards_and_filters_say_area_as_the_city_does(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = warehouse.facts()
    city = replace(facts.city, words={"area": "Ward", "areas": "Wards"})
    elsewhere = replace(facts, city=city)
    monkeypatch.setattr(warehouse, "facts", lambda: elsewhere)
    for one in ("addresses", "clusters"):
        (headings,) = re.findall(
            r'"columns":(\[.*?\])', str(card(warehouse, addresses.REPORT, one, "type=4,6,1").parts)
        )
        assert "Ward" in headings
        assert "Council" not in headings
    hint = controls.councils().component("recent", (), elsewhere, warehouse).placeholder
    assert hint == "All wards"
