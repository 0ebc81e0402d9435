"""Overview: the number of requests by type, area and agency, and how long they take to close."""

from __future__ import annotations

from pandas import DataFrame

from data import closing, counts
from data.counts import count
from data.filters import AGENCY, COUNCIL, DISTRICT, GROUP, NO_COUNCIL, REGION, SOURCE, TYPE
from data.frames import figures
from data.reference import ids_by_name
from data.warehouse import Warehouse
from figures import charts
from report_kit import controls, report, text
from report_kit.common_cards import bars_by, by_weekday, links_to, where_published
from report_kit.comparison import compare, noted
from report_kit.content import CardContent, Number, nothing
from report_kit.list_link import list_link
from report_kit.report import Card, Report
from report_kit.selection import Selection
from report_kit.time_cards import over_time

PAGE = "/overview-combined"
BOX_NOTE = (
    "All closed requests of the chosen types and areas, regardless of the period above. The box is the "
    "middle half, its line the median; whiskers end at the fastest request and at the 90th percentile."
)
NOT_BY_AGENCY = (
    "Days to close are not available by agency, source or district. Clear these filters to see them."
)
NONE_CLOSED = "None of these requests has been closed."
LISTED = "Select a bar to list its requests, or a name in the table to open its report."
BOXES = {"type": "name", "min_days": "low", "q1_days": "q1", "median_days": "median", "q3_days": "q3"}
BOXES |= {"p90_days": "high"}


def numbers(warehouse: Warehouse, selection: Selection) -> CardContent:
    filters, words = selection.filters, warehouse.facts().city.phrase
    by = {one.name: count(warehouse, filters, one) for one in (COUNCIL, TYPE, SOURCE, AGENCY)}
    outside = {name for name, ids in ids_by_name(warehouse, COUNCIL).items() if ids == [NO_COUNCIL]}
    is_outside = by["council"]["council"].isin(outside)
    value = {
        "requests": int(by["type"]["requests"].sum()),
        "open_now": counts.open_now(warehouse, filters),
        "councils": int((~is_outside).sum()),
        "requests_without_council": int(by["council"]["requests"][is_outside].sum()),
        "types": len(by["type"]),
        "sources": len(by["source"]),
        "agencies": len(by["agency"]),
    }
    change = noted(warehouse, selection, value["requests"], "created in the period")
    shown = [
        Number("Requests", text.number(value["requests"]), change, list_link(selection), "requests"),
        Number(
            "Open now",
            text.number(value["open_now"]),
            "of any age; all filters except the period apply",
            list_link(selection, status="open", any_age=True),
            "open",
        ),
        Number(
            words("{areas}"),
            text.number(value["councils"]),
            f"{text.plural(value['requests_without_council'], 'request')} outside all of them",
            about="no-council",
        ),
        Number("Request types", text.number(value["types"]), about="groups"),
        Number("Sources", text.number(value["sources"]), about="groups"),
        Number("Agencies", text.number(value["agencies"]), about="groups"),
    ]
    return CardContent(figures(value), numbers=shown)


def days_to_close(warehouse: Warehouse, selection: Selection) -> CardContent:
    if not closing.is_known(selection.filters):
        return nothing(NOT_BY_AGENCY)
    frame = closing.statistics(warehouse, selection.filters, TYPE, ever=True)
    links = links_to(warehouse, selection, TYPE, "/time-to-close", frame["type"])
    ids = ids_by_name(warehouse, TYPE)
    lists = [list_link(selection, {TYPE: ids[name]}, by_closing=True, any_age=True) for name in frame["type"]]
    boxes = frame.rename(columns=BOXES).to_dict("records")
    figure = charts.boxes(boxes, unit="days from created to closed", links=lists)
    return CardContent(
        frame,
        _slowest(frame),
        figure,
        links=links,
        lists=lists,
        is_scrollable=True,
        why_empty=NONE_CLOSED,
    )


def _slowest(frame: DataFrame) -> str:
    """The slowest of the types with enough closed requests for a meaningful median."""
    often = frame[frame["closed_requests"] >= text.SMALL_BASE]
    if not len(often):
        return ""
    top = often.iloc[0]
    median, p90 = text.plural(top["median_days"], "day"), text.plural(top["p90_days"], "day")
    of = text.plural(top["closed_requests"], "request")
    return f"Slowest: {top['type']}, half closed within {median}, 90% within {p90}, of {of}."


REPORT = Report(
    path=PAGE,
    title="Overview",
    purpose="How many requests the city receives, by type, {neighborhood} and channel, and how long they "
    "take to close.",
    order=1,
    controls=(
        controls.Period(months=12),
        compare(),
        controls.groups(),
        controls.types(),
        controls.regions(),
        controls.districts(),
        controls.councils(),
        controls.agencies(),
        controls.sources(),
        controls.INFORMATION,
    ),
    rules=(
        *report.COUNTING_RULES,
        report.OPEN_RULE,
        report.SAME_DAY_RULE,
        report.CLOSED_RULE,
        report.NO_COUNCIL_RULE,
        report.TIME_RULE,
    ),
    picture="over-time",
    cards=(
        Card("numbers", "At a glance", numbers, is_wide=True, height=130),
        Card("over-time", "Requests over time", over_time, is_wide=True),
        Card("by-group", "By type group", bars_by(GROUP, PAGE), LISTED),
        Card("by-weekday", "By day of the week", by_weekday, "The average of each day of the week."),
        Card("by-type", "By request type", bars_by(TYPE, PAGE), LISTED),
        Card("by-agency", "By agency", bars_by(AGENCY, PAGE), "The agency that owns the request."),
        Card("by-source", "By source", bars_by(SOURCE, PAGE), "How the request reached the city."),
        Card("by-region", "By region", bars_by(REGION, PAGE, top=None), "Areas of the city."),
        Card("by-district", "By city council district", where_published(bars_by(DISTRICT, PAGE, top=None))),
        Card(
            "by-council",
            "By {area}",
            bars_by(COUNCIL, "/nc-summary-comparison", top=None),
            LISTED,
            is_wide=True,
        ),
        Card("days-to-close", "Days to close by request type", days_to_close, BOX_NOTE, is_wide=True),
    ),
    aliases=(
        "/dashboards/overview",
        "/dashboards/overview_combined",
        "/dashboards/overviewComb",
        "/reports/dashboards/overview",
        "/reports/dashboards/overview_combined",
    ),
)
