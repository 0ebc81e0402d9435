"""Backlog: open requests by age, agency and area, whether their number grows, and the oldest of them."""

from __future__ import annotations

import pandas as pd
from dash import dcc, html
from pandas import DataFrame, Timestamp

from data import backlog, changes, reference, request_list
from data.backlog import AGES, COLUMNS
from data.filters import AGENCY, COUNCIL, DISTRICT, GROUP, REGION, TYPE, Dimension
from data.frames import figures
from data.request_list import PAGE_ROWS, ListQuery
from data.warehouse import Warehouse
from figures import charts, stacks
from figures.colors import ACCENT, SECOND, SEQUENCE, THIRD
from pages import requests_list
from report_kit import common_cards, comparison, controls, flow_cards, report, text
from report_kit.comparison import baseline_of
from report_kit.content import CardContent, Number
from report_kit.list_link import list_link
from report_kit.report import Build, Card, Report
from report_kit.rows_table import Column, request_link, table
from report_kit.selection import Selection

PAGE = "/backlog"
COLORS = (THIRD, ACCENT, SECOND, SEQUENCE[4])
"""Colors of the age groups, from new to old."""
BARS = 16
OLDEST = "created"
ENDED_RULE = (
    "Opened minus closed is not exactly the change in the backlog: requests that a status ended without a "
    "closed date count as opened but never as closed."
)


def numbers(warehouse: Warehouse, selection: Selection) -> CardContent:
    found = backlog.totals(warehouse, selection.filters).iloc[0]
    still_open, old = int(found["open"]), int(found["over_90_days"])
    flow = changes.by(warehouse, selection.filters, "day")[["new_requests", "closed_requests"]].sum()
    opened, closed = map(int, flow)
    net = opened - closed
    oldest = _age(warehouse, found["oldest"])
    notes = _notes(warehouse, selection, opened, closed)
    value = {"open": still_open, "over_90_days": old, "oldest_days": oldest}
    value |= {"opened": opened, "closed": closed, "opened_minus_closed": net}
    shown = [
        Number("Open now", text.number(still_open), "of any age", _open(selection), about="open"),
        Number(
            "Over 90 days",
            text.number(old),
            f"{text.share(old, still_open)} of them",
            _open(selection, "over-90"),
        ),
        Number(
            "Oldest",
            text.plural(oldest, "day") if oldest is not None else "none",
            "since it was created" if oldest is not None else "",
            _open(selection, sort=OLDEST),
        ),
        Number("Opened", text.number(opened), notes[0], list_link(selection)),
        Number(
            "Closed", text.number(closed), notes[1], list_link(selection, by_closing=True), about="closed"
        ),
        Number("Opened minus closed", f"{net:+,}" if net else "0", "in the period", about="net"),
    ]
    return CardContent(figures(value), numbers=shown)


def _notes(warehouse: Warehouse, selection: Selection, opened: int, closed: int) -> list[str]:
    """How the numbers of opened and closed requests have changed."""
    if comparison.wanted(selection) is None:
        return ["in the period", "in the period"]
    baseline = baseline_of(warehouse, selection)
    if baseline is None:
        return [comparison.NOT_LOADED, comparison.NOT_LOADED]
    before = changes.by(warehouse, baseline.filters, "day")[["new_requests", "closed_requests"]].sum()
    return [baseline.change(now, int(then)) for now, then in zip((opened, closed), before, strict=True)]


def _age(warehouse: Warehouse, day: Timestamp) -> int | None:
    last = warehouse.facts().last_day
    return max((Timestamp(last) - day).days, 0) if last and pd.notna(day) else None


def _open(
    selection: Selection,
    age: str = "",
    narrowed: dict[Dimension, list[int]] | None = None,
    sort: str = "",
) -> str:
    """The list of open requests regardless of their creation date, or those of one age group."""
    return list_link(selection, narrowed, status="open", any_age=True, age=age, sort=sort)


def by_age(warehouse: Warehouse, selection: Selection) -> CardContent:
    found = backlog.totals(warehouse, selection.filters).iloc[0]
    counted = [int(found[column]) for column in COLUMNS]
    names, links = [age.name for age in AGES], [_open(selection, age.key) for age in AGES]
    frame = DataFrame({"age": names, "open": counted})
    figure = charts.horizontal_bars(names, counted, unit="open requests", color=COLORS, links=links)
    whole = sum(counted)
    summary = f"{text.number(whole)} open, {text.share(counted[-1], whole)} of them for over 90 days."
    return CardContent(frame if whole else frame.head(0), summary, figure, lists=links)


def bars_by(dimension: Dimension) -> Build:
    """Open requests by a dimension and age; the table adds the requests opened and closed in the period."""

    def build(warehouse: Warehouse, selection: Selection) -> CardContent:
        name = dimension.name
        frame = backlog.by(warehouse, selection.filters, dimension)
        frame = common_cards.no_council_last(warehouse, dimension, frame)
        frame = _with_flow(warehouse, selection, dimension, frame)
        ids = reference.ids_by_name(warehouse, dimension)
        shown = frame[frame["open"] > 0].head(BARS)
        links = {
            age.name: [_open(selection, age.key, {dimension: ids[one]}) for one in shown[name]]
            for age in AGES
        }
        parts = {age.name: shown[column].tolist() for age, column in zip(AGES, COLUMNS, strict=True)}
        figure = stacks.horizontal(
            shown[name].tolist(), parts, unit="open requests", colors=COLORS, links=links
        )
        lists = [_open(selection, narrowed={dimension: ids[one]}) for one in frame[name]]
        return CardContent(frame, _leader(frame, name, len(shown)), figure, lists=lists)

    return build


def _with_flow(
    warehouse: Warehouse, selection: Selection, dimension: Dimension, frame: DataFrame
) -> DataFrame:
    """The frame with the requests opened and closed in the period; groups without open requests come last."""
    name = dimension.name
    flow = changes.by(warehouse, selection.filters, dimension)
    both = frame.merge(flow, on=name, how="outer", sort=False).fillna(0)
    numbers = [column for column in both if column != name]
    both = both.astype(dict.fromkeys(numbers, "int64")).rename(columns={"net_change": "opened_minus_closed"})
    order = {one: place for place, one in enumerate(frame[name])}
    return both.sort_values(
        name, key=lambda names: names.map(order).fillna(len(order)), kind="stable", ignore_index=True
    )


def _leader(frame: DataFrame, name: str, shown: int) -> str:
    """A sentence about the group with the largest backlog, and whether it grew."""
    if not frame["open"].sum():
        return ""
    top = frame.loc[frame["open"].idxmax()]
    net = int(top["opened_minus_closed"])
    grew = (
        f"{abs(net):,} {'more' if net > 0 else 'fewer'} opened than closed"
        if net
        else "as many opened as closed"
    )
    rest = int((frame["open"] > 0).sum()) - shown
    more = (
        f" The figure shows the {shown} largest; the table and the CSV have {text.number(rest)} more."
        if rest > 0
        else ""
    )
    return (
        f"Most: {top[name]}, {text.number(top['open'])} open, {text.number(top['over_90_days'])} of them "
        f"for over 90 days; in the period {grew}.{more}"
    )


def oldest(warehouse: Warehouse, selection: Selection) -> CardContent:
    """The oldest open requests, and files with all open ones."""
    facts = warehouse.facts()
    query = ListQuery(selection.filters, facts.last_day or selection.last, has_period=False, status="open")
    total = request_list.total(warehouse, query)
    frame = request_list.page(warehouse, query, OLDEST, 1)
    columns = [
        Column(one.name, one.title)
        for one in common_cards.spoken(warehouse, requests_list.COLUMNS)
        if one.name not in ("closed", "position")
    ]
    rows = table(
        frame, columns, label="Oldest open requests", links=[request_link(one) for one in frame["number"]]
    )
    every = _open(selection)
    shown = (
        f"The oldest {len(frame)} of {text.number(total)}."
        if total > PAGE_ROWS
        else f"All {text.number(total)}, the oldest first."
    )
    more = dcc.Link("All in the list", href=_open(selection, sort=OLDEST))
    files = requests_list.files(every.partition("?")[2], total, "open requests")
    return CardContent(frame, parts=[html.P([f"{shown} ", more], className="list-note"), rows, *files])


REPORT = Report(
    path=PAGE,
    title="Backlog",
    purpose="Open requests: how old they are, who owns them, where they are, and whether their number grows.",
    order=12,
    controls=(
        controls.Period(months=12, label="Opened and closed"),
        comparison.compare(),
        controls.types(),
        controls.groups(),
        controls.councils(),
        controls.regions(),
        controls.districts(),
        controls.agencies(),
        controls.sources(),
    ),
    rules=(
        "The period applies only to requests opened and closed; open requests are not compared.",
        "Ages are counted from the created day to the last full loaded day, not to today.",
        report.OPEN_RULE,
        ENDED_RULE,
        *report.COUNTING_RULES,
        report.TIME_RULE,
    ),
    picture="by-age",
    cards=(
        Card("numbers", "At a glance", numbers, is_wide=True, height=130),
        Card("by-age", "Open by age", by_age, "Days since the request was created.", height=220),
        Card(
            "over-time",
            "Opened and closed",
            flow_cards.over_time,
            "By the month or week of creation and of closing.",
        ),
        Card("by-agency", "Open by agency", bars_by(AGENCY)),
        Card("by-district", "Open by city council district", common_cards.where_published(bars_by(DISTRICT))),
        Card("by-group", "Open by type group", bars_by(GROUP)),
        Card("by-region", "Open by region", bars_by(REGION)),
        Card("by-type", "Open by type", bars_by(TYPE)),
        Card("by-council", "Open by {area}", bars_by(COUNCIL)),
        Card("oldest", "Oldest open requests", oldest, is_wide=True, height=600),
    ),
)
