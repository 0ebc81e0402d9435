"""Tiles of the home page."""

from __future__ import annotations

from typing import Any

import pytest
from support.databases import Database
from support.raw import RAW

from data.warehouse import Warehouse
from pages import (
    addresses,
    brief,
    nc_summary_comparison,
    neighborhood,
    neighborhood_weekly,
    overview_combined,
)
from report_kit import home_page
from report_kit.report import Report


def busiest(city: Database, name: str) -> str:
    """The council or type with the most requests in the last year."""
    counted = f"SELECT {name}, count(*) FROM past WHERE created >= today - 365 AND {name} <> 'No council'"
    return str(city.rows(RAW + f"{counted} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 1")[0][0])


def note(warehouse: Warehouse, report: Report) -> str:
    """What stands next to the number."""
    headline: Any = home_page.content_of(report, warehouse)[0]
    return str(headline.children[1].children)


@pytest.mark.parametrize(
    ("page", "name"),
    [(neighborhood, "council"), (neighborhood_weekly, "council"), (brief, "council"), (addresses, "type")],
)
def test_a_tile_names_the_council_or_type_of_its_number(
    city: Database, warehouse: Warehouse, page: Any, name: str
) -> None:
    assert f" ({busiest(city, name)}), " in note(warehouse, page.REPORT)


def test_a_tile_names_nothing_twice_and_not_everything(city: Database, warehouse: Warehouse) -> None:
    assert note(warehouse, overview_combined.REPORT).startswith("Requests, ")
    assert "(" not in note(warehouse, nc_summary_comparison.REPORT)


def test_a_tile_says_why_it_has_no_picture(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """It had only its number where no populations are published."""
    monkeypatch.setattr(neighborhood.population, "populated", lambda _: ())
    headline, reason = home_page.content_of(neighborhood.REPORT, warehouse)
    assert headline.className == "headline"
    assert neighborhood.NONE_PUBLISHED in str(reason)
