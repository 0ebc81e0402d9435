"""Describes what the numbers of a page cover: period, filters, and requests not on the map or left out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from urllib.parse import parse_qsl

from dash import html
from dash.development.base_component import Component

from data.counts import Totals
from data.facts import Facts
from data.filters import Dimension
from data.warehouse import Warehouse
from report_kit import comparison, text
from report_kit.attributes import data
from report_kit.controls import Choice, Period, Pick
from report_kit.report import Report
from report_kit.selection import CARD, Selection, month_end


def lines(report: Report, selection: Selection, warehouse: Warehouse) -> list[Component]:
    """The paragraphs under the controls; notes on the URL stand out."""
    facts = warehouse.facts()
    counted = report.covered(selection, facts)
    since = report.since(warehouse) if report.since else None
    parts = [*_period(report, counted, facts), *_compared(report, counted, warehouse, since)]
    parts += _begins(counted, since)
    parts += _filters(report, selection, warehouse)
    if facts.loaded_at:
        parts.append(f"Data loaded {text.moment(facts.loaded_at, facts.city.zone)}.")
    found: list[Component] = [html.P(" ".join(parts))]
    if report.covers != "nothing" and facts.last_day:
        found.append(html.P(_counted(report, counted, warehouse), className="counted"))
    notes = [*selection.notes, *_unknown_card(report, selection)]
    found += [html.P(note, className="warning") for note in notes]
    return [*found, *_copy(report, selection), *_related(report, selection, warehouse)]


def _unknown_card(report: Report, selection: Selection) -> list[str]:
    name = dict(parse_qsl(selection.search)).get(CARD)
    if name is None or report.card(name):
        return []
    return [f"This report has no figure “{name[:80]}”, so all of its figures are shown."]


def _related(report: Report, selection: Selection, warehouse: Warehouse) -> list[Component]:
    found = report.related(warehouse, selection) if report.related else None
    if found is None:
        return []
    title, address = found
    return [html.A(title, href=address, className="related")]


def _copy(report: Report, selection: Selection) -> list[Component]:
    """A link to this view with fixed days; ``assets/copy.js`` copies it."""
    if not any(isinstance(control, Period) for control in report.controls):
        return []
    link = data(copy=f"{report.path}?{selection.fixed}")
    return [html.Button("Copy link with these dates", type="button", className="copy", **link)]


def _months(selection: Selection, facts: Facts) -> str:
    months = text.months(selection.first, selection.last)
    is_one = months == text.month(selection.first)
    begins = facts.first_day is None or facts.first_day <= selection.first
    is_whole = begins and selection.last == month_end(selection.last)
    how = f"whole month{'' if is_one else 's'}" if is_whole else "as far as loaded"
    return f"Requests closed {'in ' if is_one else ''}{months}, {how}."


def _period(report: Report, selection: Selection, facts: Facts) -> list[str]:
    if report.covers == "nothing":
        return []
    if report.covers == "closed":
        return [_months(selection, facts)]
    if selection.days == 1:
        return [f"Requests created on {text.day(selection.first)}."]
    return [f"Requests created {text.span(selection.first, selection.last)} ({selection.days:,} days)."]


def _begins(selection: Selection, since: date | None) -> list[str]:
    """Where the history begins, if only after the first day."""
    is_cut = since is not None and selection.first < since < date.max
    return [f"The history begins on {text.day(since)}."] if since and is_cut else []


def _compared(report: Report, selection: Selection, warehouse: Warehouse, since: date | None) -> list[str]:
    """The days of the comparison, or why a chosen comparison is not possible."""
    chosen = comparison.wanted(selection)
    if chosen is None:
        return []
    days = f"{chosen.span} ({text.plural(chosen.filters.days, 'day')})"
    if comparison.baseline_of(warehouse, selection, since) is None:
        return [f"Not compared: not all of {days} is {'in the history' if since else 'loaded'}."]
    if report.covers != "closed":
        return [f"Compared with {days}."]
    return [f"Compared with {chosen.months}; the number of closed requests with {days}."]


def _filters(report: Report, selection: Selection, warehouse: Warehouse) -> list[str]:
    spoken = warehouse.facts().city.spoken
    picked = [
        (pick.dimension, names(pick, selection, warehouse))
        for pick in report.controls
        if isinstance(pick, Pick) and selection.filters.ids(pick.dimension)
    ]
    return [f"{spoken(_title(*one))}: {text.listed(one[1])}." for one in picked] + [
        f"{choice.label}: {choice.options[selection.choices[choice.name]]}."
        for choice in report.controls
        if isinstance(choice, Choice)
        and choice.is_filter
        and selection.choices[choice.name] != choice.default
    ]


def _title(dimension: Dimension, chosen: Sequence[str]) -> str:
    return (dimension.name if len(chosen) == 1 else dimension.plural).capitalize()


def _counted(report: Report, selection: Selection, warehouse: Warehouse) -> str:
    """How many requests are not on the map, and whether information calls are included."""
    found = report.totals(warehouse, selection)
    treated = f"Information calls {'included' if selection.filters.includes_information else 'left out'}"
    if found is None:
        return f"{treated}."
    created = "Created in this period: " if report.covers == "closed" else ""
    requests = text.plural(found.requests, "request")
    calls = "" if found.information is None else f": {text.number(found.information)}"
    return f"{created}{requests}{_unlocated(found)}. {treated}{calls}."


def _unlocated(found: Totals) -> str:
    if not found.unlocated:
        return ""
    part = "" if found.requests == 1 else f"{text.number(found.unlocated)} of them "
    have = "it has" if found.unlocated == 1 else "they have"
    return f", {part}not on the map because {have} no usable location"


def names(pick: Pick, selection: Selection, warehouse: Warehouse) -> list[str]:
    """Names of the selected ids; ids that do not exist are labeled as unknown."""
    known = _labels(pick, warehouse)
    ids = selection.filters.ids(pick.dimension)
    return list(dict.fromkeys(known.get(number, f"unknown ({number})") for number in ids))


def _labels(pick: Pick, warehouse: Warehouse) -> dict[int, str]:
    options = pick.options(warehouse)
    return {int(number): one["label"] for one in options for number in one["value"].split(",")}


def unusable(report: Report, selection: Selection, warehouse: Warehouse) -> str:
    """Why no card can show anything for this selection; empty if they can."""
    for pick in report.controls:
        if not isinstance(pick, Pick):
            continue
        ids = selection.filters.ids(pick.dimension)
        if pick.is_required and not ids:
            return f"Choose at least one {pick.dimension.name}."
        if ids and not set(ids) & _labels(pick, warehouse).keys():
            return f"There is no such {pick.dimension.name}."
    return ""
