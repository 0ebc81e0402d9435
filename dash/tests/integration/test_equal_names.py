"""A city with two councils of one name, such as an airport and the area around it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
from support import city as small_city
from support.cards import card, column
from support.databases import Database
from support.serving import settings_for

from data.filters import NO_COUNCIL
from data.warehouse import Warehouse
from pages import reports, time_to_close
from report_kit.report import Report

# The two with the most closed requests.
EQUAL = f"""
UPDATE councils SET council_name = 'O''Hare' WHERE council_id IN (
    SELECT council_id FROM service_requests WHERE closed_date IS NOT NULL AND council_id <> {NO_COUNCIL}
     GROUP BY council_id ORDER BY count(*) DESC LIMIT 2)
"""
# The map itself is drawn by the browser.
CARDS = [
    (report, one.name)
    for report in reports()
    for one in report.cards
    if (report.name, one.name) != ("map", "map")
]


@pytest.fixture(scope="module")
def city() -> Iterator[Database]:
    with small_city.filled(EQUAL) as found:
        yield found


@pytest.fixture(scope="module")
def warehouse(city: Database) -> Iterator[Warehouse]:
    with closing(Warehouse(settings_for(city.reader_url))) as found:
        yield found


@pytest.mark.parametrize(("report", "name"), CARDS, ids=[f"{report.name} {name}" for report, name in CARDS])
def test_every_card_can_be_shown(warehouse: Warehouse, report: Report, name: str) -> None:
    assert card(warehouse, report, name) is not None


def test_the_trend_tells_them_apart(city: Database, warehouse: Warehouse) -> None:
    shown = card(warehouse, time_to_close.REPORT, "council-trend")
    ids = [one for (one,) in city.rows("SELECT council_id FROM councils WHERE council_name = 'O''Hare'")]
    assert {f"O'Hare ({one})" for one in ids} <= {*column(shown, "council")}
    for one in ids:
        rows = column(
            card(warehouse, time_to_close.REPORT, "council-trend", f"council={one}"), "closed_requests"
        )
        of_both = zip(column(shown, "council"), column(shown, "closed_requests"), strict=True)
        assert rows == [closed for council, closed in of_both if council == f"O'Hare ({one})"]
