"""Every number has a definition and a link to its requests."""

from __future__ import annotations

import pytest
from support.cards import card

from data.warehouse import Warehouse
from pages import reports
from report_kit.definitions import DEFINITIONS
from report_kit.report import Report

WITH_NUMBERS = [report for report in reports() if report.card("numbers")]


@pytest.mark.parametrize("report", WITH_NUMBERS, ids=lambda report: report.name)
def test_numbers_have_known_definitions(warehouse: Warehouse, report: Report) -> None:
    numbers = card(warehouse, report, "numbers").numbers
    assert {number.about for number in numbers if number.about} <= set(DEFINITIONS)


@pytest.mark.parametrize("name", ["overview-combined", "recent", "neighborhood-weekly", "time-to-close"])
def test_numbers_of_requests_lead_to_them(warehouse: Warehouse, name: str) -> None:
    report = next(one for one in reports() if one.name == name)
    linked = [number for number in card(warehouse, report, "numbers").numbers if number.href]
    assert linked
    assert all(number.href.startswith("/requests-list?") and number.about for number in linked)
