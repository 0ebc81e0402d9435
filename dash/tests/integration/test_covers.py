"""The part above the cards: notes on the URL, and documents about the same selection."""

from __future__ import annotations

from dash.development.base_component import Component
from support.cards import card
from support.databases import Database
from support.raw import RAW

from data.filters import TYPE
from data.reference import ids_by_name
from data.warehouse import Warehouse
from pages import brief, neighborhood, neighborhood_weekly, overview_combined, time_to_close
from report_kit import covers, text
from report_kit.report import Report
from report_kit.selection import Selection, month_end


def lines(warehouse: Warehouse, report: Report, search: str) -> list[Component]:
    return covers.lines(report, Selection.of(report.controls, search, warehouse), warehouse)


def warnings(found: list[Component]) -> list[str]:
    return [line.children for line in found if getattr(line, "className", "") == "warning"]


def test_a_card_that_does_not_exist_is_named(warehouse: Warehouse) -> None:
    """All cards of the report used to be shown without a notice."""
    note = "This report has no figure “by-weather”, so all of its figures are shown."
    assert warnings(lines(warehouse, overview_combined.REPORT, "card=by-weather")) == [note]
    assert warnings(lines(warehouse, overview_combined.REPORT, "card=by-type")) == []


def test_whole_months_are_named_with_the_months_that_they_are_compared_with(warehouse: Warehouse) -> None:
    """The days of the comparison were those before the chosen days, although medians are of whole months."""
    newest = warehouse.facts().last_day
    assert newest is not None
    year = newest.year - 1
    search = f"from={year}-06-03&to={year}-06-15&compare=previous"
    paragraph, *_ = lines(warehouse, time_to_close.REPORT, search)
    assert paragraph.children.startswith(
        f"Requests closed in June {year}, whole month. Compared with May {year}; "
        f"the number of closed requests with May 1, {year} to May 31, {year} (31 days)."
    )


def test_a_month_that_is_not_over_is_not_called_whole(warehouse: Warehouse) -> None:
    newest = warehouse.facts().last_day
    assert newest is not None
    is_over = newest == month_end(newest)
    paragraph, *_ = lines(warehouse, time_to_close.REPORT, "")
    how = "whole months" if is_over else "as far as loaded"
    assert f"{text.month(newest)}, {how}. " in paragraph.children
    summary = card(warehouse, time_to_close.REPORT, "trend").summary
    assert (f"{text.month(newest)} so far" in summary) is not is_over


def test_one_area_is_named_in_the_singular(warehouse: Warehouse) -> None:
    """The page said "Neighborhoods: Presidio."."""
    one, *_ = lines(warehouse, overview_combined.REPORT, "council=52&type=4,6")
    assert " Council: Noho. " in one.children
    assert " Types: " in one.children


def test_reports_on_one_council_lead_to_its_brief(warehouse: Warehouse) -> None:
    for report in (neighborhood.REPORT, neighborhood_weekly.REPORT):
        *_, link = lines(warehouse, report, "council=88")
        assert link.href == "/brief/88", report.name


def counted(warehouse: Warehouse, report: Report, search: str) -> str:
    """The line with the number of requests."""
    (line,) = [one for one in lines(warehouse, report, search) if getattr(one, "className", "") == "counted"]
    return str(line.children)


def test_no_number_of_unlocated_requests_leaves_out_information_calls(
    city: Database, warehouse: Warehouse
) -> None:
    """Calls without a location were among the requests, but not among those that are not on the map."""
    year = "created >= date_trunc('month', today - 1) - interval '11 months' AND created < today"
    measures = "count(*), count(*) FILTER (WHERE NOT located)"
    ((calls, unlocated),) = city.rows(RAW + f"SELECT {measures} FROM every WHERE {year} AND is_information")
    assert unlocated > 0
    every = city.value(RAW + f"SELECT count(*) FROM every WHERE {year}")
    line = counted(warehouse, overview_combined.REPORT, "information=include")
    assert line == f"{every:,} requests. Information calls included: {calls:,}."


def test_unlocated_requests_are_named_only_if_there_are_any(city: Database, warehouse: Warehouse) -> None:
    """The line said "0 requests, 0 of them not on the map because they have no usable location"."""
    left_out = "Information calls left out: 0."
    assert counted(warehouse, overview_combined.REPORT, "type=60") == f"0 requests. {left_out}"
    days = ", days AS (SELECT type, created::date AS day, count(*) AS n, bool_or(located) AS located"
    one = "SELECT type, day FROM days WHERE n = 1 AND NOT located ORDER BY day DESC LIMIT 1"
    ((kind, day),) = city.rows(RAW + f"{days} FROM past GROUP BY 1, 2) {one}")
    (number, *_) = ids_by_name(warehouse, TYPE)[kind]
    line = counted(warehouse, overview_combined.REPORT, f"type={number}&from={day}&to={day}")
    assert line == f"1 request, not on the map because it has no usable location. {left_out}"


def test_a_council_that_does_not_exist_has_no_brief(warehouse: Warehouse) -> None:
    """The link led to a page that does not exist."""
    for report in (neighborhood.REPORT, neighborhood_weekly.REPORT):
        found = lines(warehouse, report, "council=999")
        assert not [line for line in found if getattr(line, "className", "") == "related"]
    for name in ("numbers", "by-week", "weeks", "months"):
        assert card(warehouse, brief.REPORT, name, "council=999").is_empty, name
