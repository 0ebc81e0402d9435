"""The part above the cards: notes on the URL, and documents about the same selection."""

from __future__ import annotations

from dash.development.base_component import Component

from data.warehouse import Warehouse
from pages import neighborhood, neighborhood_weekly, overview_combined
from report_kit import covers
from report_kit.report import Report
from report_kit.selection import Selection


def lines(warehouse: Warehouse, report: Report, search: str) -> list[Component]:
    return covers.lines(report, Selection.of(report.controls, search, warehouse), warehouse)


def warnings(found: list[Component]) -> list[str]:
    return [line.children for line in found if getattr(line, "className", "") == "warning"]


def test_a_card_that_does_not_exist_is_named(warehouse: Warehouse) -> None:
    """All cards of the report used to be shown without a notice."""
    note = "This report has no figure “by-weather”, so all of its figures are shown."
    assert warnings(lines(warehouse, overview_combined.REPORT, "card=by-weather")) == [note]
    assert warnings(lines(warehouse, overview_combined.REPORT, "card=by-type")) == []


def test_reports_on_one_council_lead_to_its_brief(warehouse: Warehouse) -> None:
    for report in (neighborhood.REPORT, neighborhood_weekly.REPORT):
        *_, link = lines(warehouse, report, "council=88")
        assert link.href == "/brief/88", report.name
