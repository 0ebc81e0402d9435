"""List of requests: each request in a selection with its address, in pages, and all of them as a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
from dash import html
from dash.development.base_component import Component
from pandas import DatetimeIndex, PeriodIndex, Series, Timestamp

from data import request_list
from data.counts import Step
from data.frames import figures
from data.request_list import LAST_PAGE, MAX_SORTED_ROWS, NEWEST, PAGE_ROWS, ListQuery
from data.warehouse import Warehouse
from figures import charts
from report_kit import comparison, controls, list_controls, report, text, time_cards
from report_kit.attributes import aria, data
from report_kit.common_cards import spoken
from report_kit.content import CardContent, Number
from report_kit.list_controls import HiddenParameter, Menu, PatternOptions
from report_kit.list_query import AGE_NAMES, conditions, query_of
from report_kit.report import Card, Report
from report_kit.rows_table import Column, downloads, request_link, table
from report_kit.selection import Selection

PAGE = "/requests-list"
SORTS = {
    NEWEST: "Newest first",
    "created": "Oldest first",
    "-closed": "Most recently closed first",
    "closed": "Earliest closed first",
    "-days": "Most days first",
    "days": "Fewest days first",
    "type": "Type, A to Z",
    "-type": "Type, Z to A",
    "council": "Council, A to Z",
    "-council": "Council, Z to A",
    "agency": "Agency, A to Z",
    "-agency": "Agency, Z to A",
    "status": "Status, A to Z",
    "-status": "Status, Z to A",
    "address": "Address, A to Z",
    "-address": "Address, Z to A",
    "number": "SR number, lowest first",
    "-number": "SR number, highest first",
}
COLUMNS = (
    Column("number", "SR number", "number"),
    Column("type", "Type", "type"),
    Column("status", "Status", "status"),
    Column("address", "Address", "address"),
    Column("created", "Created", "created"),
    Column("closed", "Closed", "closed"),
    Column("days", "Days", "days"),
    Column("council", "Council", "council"),
    Column("agency", "Agency", "agency"),
    Column("position", "Position"),
)
FILE = "/requests"
DAYS_RULE = (
    "Days: for open requests, from the created day to the last full day; for closed ones, until they were "
    "closed. Requests that ended without a closed date have none."
)
STEPS = {"day": "D", "month": "MS", "year": "YS"}
DAILY, MONTHLY = 92, 1_000
"""Longest spans in days for bars by day, and by month."""


def numbers(warehouse: Warehouse, selection: Selection) -> CardContent:
    query = query_of(warehouse, selection)
    value = {"requests": request_list.total(warehouse, query)}
    change = _change(warehouse, selection, query, value["requests"])
    shown = [Number("Requests", text.number(value["requests"]), " ".join([*conditions(query), *change]))]
    if not query.status:
        value["open"] = request_list.total(warehouse, replace(query, status="open"))
        note = f"{text.share(value['open'], value['requests'])} of them"
        shown.append(Number("Open now", text.number(value["open"]), note))
    return CardContent(figures(value), numbers=shown)


def _change(warehouse: Warehouse, selection: Selection, query: ListQuery, total: int) -> list[str]:
    """The change from the same list for the comparison period."""
    if not query.has_period or comparison.wanted(selection) is None:
        return []
    baseline = comparison.baseline_of(warehouse, selection)
    if baseline is None:
        return [f"{comparison.NOT_LOADED.capitalize()}."]
    before = request_list.total(warehouse, replace(query, filters=baseline.filters))
    return [f"{baseline.change(total, before).capitalize()}."]


def requests(warehouse: Warehouse, selection: Selection) -> CardContent:
    query = query_of(warehouse, selection)
    total = request_list.total(warehouse, query)
    chosen = selection.choices["sort"]
    sort = request_list.usable_sort(query, chosen, total)
    pages = min(max(1, -(-total // PAGE_ROWS)), LAST_PAGE)
    number = min(int(selection.choices["page"] or 1), pages)
    frame = request_list.page(warehouse, query, sort, number)
    shown = frame.assign(
        position=[_position(*place) for place in zip(frame["latitude"], frame["longitude"], strict=True)],
        status=[_status(row) for row in frame.itertuples()],
    )
    rows = table(
        shown,
        spoken(warehouse, COLUMNS),
        label="Requests",
        links=[request_link(one) for one in frame["number"]],
        report=REPORT.name,
        sort=sort,
    )
    summary = html.P(
        warehouse.facts().city.spoken(_summary(total, number, sort)),
        className="list-note",
        **aria(live="polite"),
    )
    notes = [html.P(note, className="note") for note in _notes(total, chosen, sort)]
    turn = [_pages(number, pages)] if pages > 1 else []
    return CardContent(
        frame, parts=[summary, *notes, *turn, rows, *turn, *files(selection.search, total, "requests")]
    )


def over_time(warehouse: Warehouse, selection: Selection) -> CardContent:
    """Bars by day, month or year of creation, depending on the span of the list."""
    query = query_of(warehouse, selection)
    days = request_list.by_day(warehouse, query)
    days = days[days["day"] <= Timestamp(query.today)]
    if not len(days):
        return CardContent(days)
    span = (days["day"].iloc[-1] - days["day"].iloc[0]).days
    step: Step = "day" if span <= DAILY else "month" if span <= MONTHLY else "year"
    counted = days.set_index("day")["requests"].resample(STEPS[step]).sum()
    starts = DatetimeIndex(counted.index)
    partial = _partial(query, starts.to_period(time_cards.PERIODS[step]), warehouse.facts().first_day)
    names = [time_cards.named(start, step, cut) for start, cut in zip(starts, partial, strict=True)]
    figure = charts.bars(
        starts.strftime(time_cards.NAMES[step]), counted, unit="requests", partial=partial, hover=names
    )
    frame = counted.rename_axis(step).reset_index()
    is_of_period = query.has_period and not query.by_closing
    reason = "only partly in the period" if is_of_period else "not complete"
    sentences = [_most(frame["requests"], names, step), time_cards.cut(starts[partial], step, reason)]
    return CardContent(frame, " ".join(filter(None, sentences)), figure)


def _most(counted: Series, names: Sequence[str], step: Step) -> str:
    peak = int(counted.argmax())
    number = text.number(int(counted.iloc[peak]))
    return f"Most: {number} created {'on' if step == 'day' else 'in'} {names[peak]}."


def _partial(query: ListQuery, steps: PeriodIndex, first_day: date | None) -> list[bool]:
    """Whether each step has days on which none of the list's requests can have been created."""
    first, last = query.created
    first = max(first, first_day or first)
    return [one.start_time.date() < first or one.end_time.date() > last for one in steps]


def _status(row: Any) -> str:
    """Published status and outcome; whether the request is open if the city published no status."""
    named = row.outcome if row.outcome and row.outcome != row.status else ""
    return " · ".join(part for part in (row.status or ("Open" if row.is_open else ""), named) if part)


def _position(latitude: float | None, longitude: float | None) -> str:
    is_known = pd.notna(latitude) and pd.notna(longitude)
    return f"{latitude:.5f}, {longitude:.5f}" if is_known else "not on the map"


def _summary(total: int, number: int, sort: str) -> str:
    first = PAGE_ROWS * (number - 1) + 1
    last = min(PAGE_ROWS * number, total)
    shown = f"Requests {text.number(first)} to {text.number(last)} of {text.number(total)}"
    return f"{shown}, {_lower(SORTS[sort])}."


def _lower(words: str) -> str:
    return words if words[:2].isupper() else words[:1].lower() + words[1:]


def _notes(total: int, chosen: str, sort: str) -> list[str]:
    notes = []
    if chosen != sort:
        notes.append(
            f"More than {text.number(MAX_SORTED_ROWS)} requests can be sorted by date only. "
            "Choose a shorter period or more filters, or sort the file."
        )
    if total > LAST_PAGE * PAGE_ROWS:
        shown = text.number(LAST_PAGE * PAGE_ROWS)
        notes.append(f"Pages show the first {shown}; the files have all {text.number(total)}.")
    return notes


def _pages(number: int, pages: int) -> Component:
    """Buttons to the first, previous, next and last page."""
    turns = (("First", 1), ("Previous", number - 1), ("Next", number + 1), ("Last", pages))
    buttons: Sequence[Component] = [
        html.Button(
            title,
            type="button",
            disabled=page < 1 or page > pages or page == number,
            **data(report=REPORT.name, page=str(page)),
        )
        for title, page in turns
    ]
    where = html.Span(f"Page {number} of {pages}")
    return html.Nav([*buttons[:2], where, *buttons[2:]], className="list-pages", **aria(label="Pages"))


def files(search: str, total: int, subject: str) -> list[Component]:
    """Links to the files of the whole list for a query; advice in place of an Excel file that is too long."""
    query, advice = f"?{search}" if search else "", too_many(total)
    addresses = {"CSV": f"{FILE}.csv{query}"}
    if not advice:
        addresses["Excel"] = f"{FILE}.xlsx{query}"
    notes = [html.P(advice, className="note")] if advice else []
    return [*notes, downloads(addresses, f"all {text.number(total)} {subject}")]


def too_many(total: int) -> str:
    """Advice if the list is too long for Excel; empty if it is not."""
    largest = request_list.MAX_WORKBOOK_ROWS
    if total <= largest:
        return ""
    return (
        f"The list has {text.number(total)} requests; Excel files are limited to {text.number(largest)}. "
        "Choose a shorter period or more filters, or download the CSV file, which has all rows."
    )


REPORT = Report(
    path=PAGE,
    title="List of requests",
    menu="List",
    purpose="Each request in a selection, with address and position; all of them as a CSV or Excel file.",
    order=14,
    controls=(
        controls.Period(),
        comparison.compare(),
        controls.Choice("status", "Status", {"any": "All", "open": "Open", "closed": "Closed"}),
        controls.Choice("date", "Dates of", {"created": "Creation", "closed": "Closing"}),
        Menu("age", "Open for", {"any": "Any age", **AGE_NAMES}),
        controls.types(),
        controls.groups(),
        controls.councils(),
        controls.regions(),
        controls.districts(),
        controls.agencies(),
        controls.sources(),
        list_controls.Text(
            "address", "Address begins with", PatternOptions(r".{1,80}"), hint="number and street"
        ),
        Menu("sort", "Sorted by", SORTS),
        controls.INFORMATION,
        HiddenParameter("weekday", "Weekday", PatternOptions(r"[1-7]")),
        HiddenParameter("days_to_close", "Days to close", PatternOptions(r"\d{1,5}-(\d{1,5})?")),
        HiddenParameter("page", "Page", PatternOptions(r"[1-9]\d{0,6}")),
    ),
    rules=(
        "If no dates are chosen, the list has every request, including those of the current day.",
        DAYS_RULE,
        report.OPEN_RULE,
        *report.COUNTING_RULES,
        report.TIME_RULE,
    ),
    covers="nothing",
    picture="over-time",
    first_cards=2,
    is_drawn_at_once=False,
    cards=(
        Card("numbers", "At a glance", numbers, is_wide=True, height=90),
        Card("requests", "Requests", requests, is_wide=True, height=600),
        Card("over-time", "When they were created", over_time, is_wide=True),
    ),
)
