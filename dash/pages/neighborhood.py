"""Neighborhood: one council compared with the city, per 10,000 people, and its request types."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
from pandas import DataFrame, Series

from data import population
from data.filters import COUNCIL, NO_COUNCIL, TYPE, Filters
from data.frames import figures, records
from data.reference import ids_by_name
from data.warehouse import Warehouse
from figures import charts
from figures.colors import OTHERS, SECOND
from pages import brief
from report_kit import controls, report, text
from report_kit.common_cards import bars_by, lines_by_day
from report_kit.comparison import baseline_of, compare, noted
from report_kit.content import CardContent, Number, nothing
from report_kit.list_link import list_link
from report_kit.report import Card, Report
from report_kit.selection import Selection

PAGE = "/neighborhood"
CITY = "All councils"
WINDOWS = {"7": "7 days", "1": "Each day", "30": "30 days"}
NO_PEOPLE = "There is no population to divide by for requests outside every council. Choose a council."
NONE_PUBLISHED = "The city publishes no populations to divide by."
TOO_SHORT = "Not enough days around this period are loaded for this average. Choose a shorter average."


def numbers(warehouse: Warehouse, selection: Selection) -> CardContent:
    everyone = population.by_council(warehouse, _all_councils(selection))
    (council,) = records(everyone[everyone["council_id"] == selection.filters.councils[0]])
    city = population.rate(everyone)
    value = {
        "requests": council["requests"],
        "people_2020": council["people"],
        "per_10000_people": council["per_10000"],
        "all_councils_per_10000_people": city,
    }
    note = f"{council['council']}, {text.plural(selection.days, 'day')}"
    change = noted(warehouse, selection, council["requests"], note)
    shown = [
        Number("Requests", text.number(council["requests"]), change, list_link(selection), "requests"),
        Number(
            "People",
            _known(council["people"]),
            warehouse.facts().city.phrase("{population}"),
            about="people",
        ),
        Number("Per 10,000 people", _known(council["per_10000"]), about="rate"),
        Number(
            f"{CITY}, per 10,000",
            _known(city),
            "without requests outside councils",
            about="rate",
        ),
    ]
    return CardContent(figures(value), numbers=shown)


def _known(value: float | None) -> str:
    return "unknown" if value is None else text.number(value)


def average(warehouse: Warehouse, selection: Selection) -> CardContent:
    facts, window = warehouse.facts(), int(selection.choices["average"])
    if selection.filters.councils == (NO_COUNCIL,) or not facts.first_day or not facts.last_day:
        return nothing(NO_PEOPLE)
    inhabited = population.populated(warehouse)
    if not inhabited:
        return nothing(NONE_PUBLISHED)
    loaded = (facts.first_day, facts.last_day)
    frame = population.moving_rates(warehouse, selection.filters, window, loaded)
    council = _name(warehouse, selection)
    names = {"council_per_10000": council, "all_councils_per_10000": CITY}
    series = {names[column]: values for column, values in frame.set_index("day").items()}
    baseline = baseline_of(warehouse, selection)
    before = _before(warehouse, selection, window, loaded) if council in series else None
    everyone = replace(selection, filters=replace(selection.filters, councils=inhabited))
    figure = charts.lines(
        series,
        unit="requests per 10,000 people",
        colors=[SECOND, OTHERS][-len(series) :],
        y_title="Requests a day per 10,000 people",
        hover=":,.3~r",
        links={council: list_link(selection, each_day=True), CITY: list_link(everyone, each_day=True)},
        before={} if before is None else {council: before},
        before_name=baseline.name if baseline else "",
    )
    summary = _compared(warehouse, selection, council) if len(frame) else ""
    return CardContent(frame, summary, figure, why_empty=TOO_SHORT)


def _before(
    warehouse: Warehouse, selection: Selection, window: int, loaded: tuple[date, date]
) -> Series | None:
    """The council's line in the comparison period, drawn over the current one."""
    baseline = baseline_of(warehouse, selection)
    if baseline is None:
        return None
    found = population.moving_rates(warehouse, baseline.filters, window, loaded).set_index("day")
    days = pd.date_range(baseline.filters.first, baseline.filters.last)
    return baseline.drawn(found["council_per_10000"].reindex(days), selection.filters, is_rate=True)


def by_type(warehouse: Warehouse, selection: Selection) -> CardContent:
    return bars_by(TYPE, PAGE, top=None)(warehouse, selection)


def _all_councils(selection: Selection) -> Filters:
    return Filters(
        selection.first, selection.last, types=selection.filters.types, groups=selection.filters.groups
    )


def _name(warehouse: Warehouse, selection: Selection) -> str:
    wanted = selection.filters.councils[0]
    return next(name for name, ids in ids_by_name(warehouse, COUNCIL).items() if wanted in ids)


def _compared(warehouse: Warehouse, selection: Selection, council: str) -> str:
    """The rates of the days of the period; a moving average also covers days around it."""
    everyone = population.by_council(warehouse, _all_councils(selection))
    chosen = everyone[everyone["council_id"] == selection.filters.councils[0]]
    own, city = (_a_day(frame, selection.days) for frame in (chosen, everyone))
    name, rate = (council, own) if own else (CITY, city)
    other = f"{CITY.lower()}: {city}" if own else f"the city publishes no population for {council}"
    return f"{name}: {rate} requests a day per 10,000 people on average; {other}."


def _a_day(councils: DataFrame, days: int) -> str:
    rate = population.rate(councils)
    return "" if rate is None else text.number(rate / days)


REPORT = Report(
    path=PAGE,
    title="{neighborhood}",
    purpose="One {area} compared with the whole city, per 10,000 people, and what its residents request.",
    order=4,
    controls=(
        controls.councils(label="{area}", is_single=True, default=controls.busiest(COUNCIL), at_most=1),
        controls.Period(days=90),
        compare(),
        controls.groups(),
        controls.types(),
        controls.Choice("average", "Moving average", WINDOWS),
    ),
    rules=(
        "Rates divide requests by the population of the {population}.",
        "“All councils”: their requests divided by their population, without those in no council.",
        "A moving average is the mean of the calendar days around a day; days without requests count as 0.",
        "Days whose average would need days that are not loaded, or not over yet, are left out.",
        *report.COUNTING_RULES,
    ),
    picture="average",
    related=brief.related,
    cards=(
        Card("numbers", "At a glance", numbers, is_wide=True, height=130),
        Card("average", "Requests a day per 10,000 people", average, is_wide=True),
        Card(
            "by-day", "Requests a day by type", lines_by_day, "Of this council, as published.", is_wide=True
        ),
        Card("by-type", "By request type", by_type, "Select a bar to list its requests.", is_wide=True),
    ),
    aliases=("/dashboards/neighborhood", "/dashboards/neighborComb", "/reports/dashboards/neighborhood"),
)
