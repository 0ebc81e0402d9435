"""Overview: how many requests there are, of what, from where, by whom, and how long they take."""

from __future__ import annotations

from typing import Any

from data import closing, counts, reference
from data.filters import AGENCY, COUNCIL, NO_COUNCIL, SOURCE, TYPE, Dimension
from data.source import Source
from data.table import Table
from figures import charts
from figures.colors import OTHERS, in_turn, type_colors
from frame import controls, report, words
from frame.report import Card, Report
from frame.selection import Selection
from frame.shown import Number, Shown
from frame.type_cards import slices
from frame.words import leader

TOP = 4
BOX_NOTE = (
    "Every closed request of the types and councils chosen, whatever the period above. The box is the middle "
    "half, its line the median; whiskers end at the fastest request and where 90% were closed."
)


def numbers(source: Source, selection: Selection) -> Shown:
    filters = selection.filters
    total = counts.total(source, filters)
    groups = {
        dimension: counts.by(source, dimension, filters) for dimension in (COUNCIL, TYPE, SOURCE, AGENCY)
    }
    without = sum(row["requests"] for row in groups[COUNCIL] if row["_ids"] == [NO_COUNCIL])
    councils = sum(row["_ids"] != [NO_COUNCIL] for row in groups[COUNCIL])
    rows = [
        ("requests", total),
        ("open_now", counts.open_now(source, filters)),
        ("councils", councils),
        ("requests_without_council", without),
        ("types", len(groups[TYPE])),
        ("sources", len(groups[SOURCE])),
        ("agencies", len(groups[AGENCY])),
    ]
    value = {str(name): int(count) for name, count in rows}
    shown = [
        Number("Requests", words.number(total), "created in the period"),
        Number("Open now", words.number(value["open_now"]), "of any age, by types and councils"),
        Number(
            "Neighborhood councils", words.number(councils), f"and {words.number(without)} requests in none"
        ),
        Number("Request types", words.number(value["types"])),
        Number("Sources", words.number(value["sources"])),
        Number("Agencies", words.number(value["agencies"])),
    ]
    return Shown(Table.of(("figure", "value"), rows), f"{words.plural(total, 'request')}.", numbers=shown)


def over_time(source: Source, selection: Selection) -> Shown:
    step: counts.Step = "year" if selection.days > 900 else "month" if selection.days > 92 else "day"
    table = counts.over_time(source, step, selection.filters)
    names = [
        name[:4] if step == "year" else name[:7] if step == "month" else name for name in table.column(step)
    ]
    figure = charts.bars(names, table.column("requests"), unit="requests")
    most: dict[str, Any] = max(table, key=lambda row: int(row["requests"]))
    summary = (
        f"Requests by {step}. Most: {words.number(most['requests'])} in the {step} from {most[step]}. "
        f"The first and the last {step} may be cut by the period."
    )
    return Shown(table, summary, figure)


def by_agency(source: Source, selection: Selection) -> Shown:
    table = counts.with_others(counts.by(source, AGENCY, selection.filters), "agency", TOP)
    colors = [*in_turn(TOP), OTHERS][: len(table)]
    figure = charts.donut(
        table.column("agency"),
        table.column("requests"),
        unit="requests",
        colors=colors,
        links=_links(table, AGENCY, selection),
    )
    return Shown(table, leader(table, "agency"), figure)


def by_source(source: Source, selection: Selection) -> Shown:
    table = counts.with_others(counts.by(source, SOURCE, selection.filters), "source", TOP)
    figure = charts.horizontal_bars(
        table.column("source"),
        table.column("requests"),
        unit="requests",
        color=[*in_turn(TOP), OTHERS][: len(table)],
        links=_links(table, SOURCE, selection),
    )
    return Shown(table, leader(table, "source"), figure)


def by_weekday(source: Source, selection: Selection) -> Shown:
    table = counts.by_weekday(source, selection.filters)
    figure = charts.bars(table.column("weekday"), table.column("requests"), unit="requests")
    most = max(table, key=lambda row: float(row["requests_a_day"]))
    average = words.number(most["requests_a_day"])
    summary = f"{most['weekday']} is the busiest: {average} requests on an average one."
    return Shown(table, summary, figure)


def by_council(source: Source, selection: Selection) -> Shown:
    table = counts.by(source, COUNCIL, selection.filters)
    apart = sorted(table, key=lambda row: row["_ids"] == [NO_COUNCIL])
    table = table.keep(apart)
    colors = [OTHERS if row["_ids"] == [NO_COUNCIL] else in_turn(1)[0] for row in table]
    links = [f"/nc-summary-comparison?council={row['_ids'][0]}" for row in table]
    figure = charts.horizontal_bars(
        table.column("council"), table.column("requests"), unit="requests", color=colors, links=links
    )
    return Shown(table, leader(table, "council"), figure, is_scrollable=True)


def days_to_close(source: Source, selection: Selection) -> Shown:
    table = closing.by_type(source, selection.filters)
    colors = type_colors(reference.types(source))
    figure = charts.boxes(
        table.column("type"),
        low=table.column("min_days"),
        q1=table.column("q1_days"),
        median=table.column("median_days"),
        q3=table.column("q3_days"),
        high=table.column("p90_days"),
        unit="days from created to closed",
        colors=[colors.get(number, OTHERS) for number in table.column("_id")],
        links=[f"/time-to-close?type={number}" for number in table.column("_id")],
    )
    slowest = next(iter(table), None)
    summary = (
        f"Slowest: {slowest['type']}, half closed within {words.plural(slowest['median_days'], 'day')}, "
        f"90% within {words.plural(slowest['p90_days'], 'day')}."
        if slowest
        else ""
    )
    return Shown(table, summary, figure, is_scrollable=True)


def _links(table: Table, dimension: Dimension, selection: Selection) -> list[str]:
    return [PAGE + selection.with_ids(dimension, row["_ids"]) for row in table]


PAGE = "/overview-combined"
REPORT = Report(
    path=PAGE,
    title="Overview",
    purpose="How many requests the city gets, for what, from which neighborhoods, through which channel, "
    "and how long they take.",
    order=1,
    controls=(
        controls.Period(),
        controls.types(),
        controls.councils(),
        controls.agencies(),
        controls.sources(),
    ),
    rules=(
        report.PLACE_RULE,
        report.OPEN_RULE,
        report.SAME_DAY_RULE,
        report.NO_COUNCIL_RULE,
        report.TIME_RULE,
    ),
    picture="over-time",
    cards=(
        Card("numbers", "In numbers", numbers, is_wide=True, height=130),
        Card("over-time", "Requests over time", over_time, is_wide=True),
        Card("by-type", "By request type", slices(PAGE), "Choose a slice to see that type alone."),
        Card("by-agency", "By agency", by_agency, "The agency that owns the request."),
        Card("by-weekday", "By day of the week", by_weekday, "The day on which the request was made."),
        Card("by-source", "By source", by_source, "How the request reached the city."),
        Card(
            "by-council",
            "By neighborhood council",
            by_council,
            "Choose a bar to see that council.",
            is_wide=True,
        ),
        Card(
            "days-to-close",
            "Days to close by request type",
            days_to_close,
            BOX_NOTE,
            is_wide=True,
        ),
    ),
    aliases=(
        "/dashboards/overview",
        "/dashboards/overview_combined",
        "/dashboards/overviewComb",
        "/reports/dashboards/overview",
        "/reports/dashboards/overview_combined",
    ),
)
