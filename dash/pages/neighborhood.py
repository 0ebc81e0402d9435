"""Neighborhood: one council against the city, per 10,000 people, and its request types."""

from __future__ import annotations

from pandas import DataFrame

from data import population
from data.filters import COUNCIL, NO_COUNCIL, TYPE, Filters
from data.frames import figures, records
from data.reference import ids_by_name
from data.warehouse import Warehouse
from figures import charts
from figures.colors import OTHERS, SECOND
from report_kit import controls, report, text
from report_kit.common_cards import bars_by, lines_by_day
from report_kit.content import CardContent, Number, nothing
from report_kit.report import Card, Report
from report_kit.selection import Selection

PAGE = "/neighborhood"
CITY = "All councils"
WINDOWS = {"7": "7 days", "1": "Each day", "30": "30 days"}
NO_PEOPLE = "Requests outside every council have no population to be divided by. Choose a council."
TOO_SHORT = "The data do not reach far enough around these days for this average. Choose a shorter one."


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
    shown = [
        Number(
            "Requests",
            text.number(council["requests"]),
            f"{council['council']}, {text.plural(selection.days, 'day')}",
        ),
        Number("People", _known(council["people"]), warehouse.facts().city.phrase("{population}")),
        Number("Per 10,000 people", _known(council["per_10000"])),
        Number(f"{CITY}, per 10,000", text.number(city), "requests outside councils left out"),
    ]
    return CardContent(figures(value), numbers=shown)


def _known(value: float | None) -> str:
    return "unknown" if value is None else text.number(value)


def average(warehouse: Warehouse, selection: Selection) -> CardContent:
    facts, window = warehouse.facts(), int(selection.choices["average"])
    if selection.filters.councils == (NO_COUNCIL,) or not facts.first_day or not facts.last_day:
        return nothing(NO_PEOPLE)
    loaded = (facts.first_day, facts.last_day)
    frame = population.moving_rates(warehouse, selection.filters, window, loaded)
    days, council = frame.set_index("day"), _name(warehouse, selection)
    series = {council: days["council_per_10000"], CITY: days["all_councils_per_10000"]}
    figure = charts.lines(
        series,
        unit="requests per 10,000 people",
        colors=[SECOND, OTHERS],
        y_title="Requests a day per 10,000 people",
        hover=":,.3~r",
    )
    return CardContent(frame, _compared(days, council), figure, why_empty=TOO_SHORT)


def by_type(warehouse: Warehouse, selection: Selection) -> CardContent:
    return bars_by(TYPE, PAGE, top=None)(warehouse, selection)


def _all_councils(selection: Selection) -> Filters:
    return Filters(
        selection.first, selection.last, types=selection.filters.types, groups=selection.filters.groups
    )


def _name(warehouse: Warehouse, selection: Selection) -> str:
    wanted = selection.filters.councils[0]
    return next(name for name, ids in ids_by_name(warehouse, COUNCIL).items() if wanted in ids)


def _compared(days: DataFrame, council: str) -> str:
    if not len(days):
        return ""
    own, city = (text.number(round(mean, 4)) for mean in days.mean())
    return f"{council}: {own} requests a day per 10,000 people on average; {CITY.lower()}: {city}."


REPORT = Report(
    path=PAGE,
    title="Neighborhood",
    purpose="One {area} against the whole city, per 10,000 people, and what its residents ask for.",
    order=3,
    controls=(
        controls.councils(label="{area}", is_single=True, default=controls.busiest(COUNCIL), at_most=1),
        controls.Period(days=90),
        controls.groups(),
        controls.types(),
        controls.Choice("average", "Moving average", WINDOWS),
    ),
    rules=(
        "Rates divide requests by the population of the {population}.",
        "“All councils”: their requests over their people; requests outside every council are not in it.",
        "A moving average is the mean of the calendar days around a day; days without requests count as 0.",
        "Days whose average would need days that are not loaded, or not over, are left out.",
        *report.COUNTING_RULES,
    ),
    picture="average",
    cards=(
        Card("numbers", "At a glance", numbers, is_wide=True, height=130),
        Card("average", "Requests a day per 10,000 people", average, is_wide=True),
        Card(
            "by-day", "Requests a day by type", lines_by_day, "Of this council, as published.", is_wide=True
        ),
        Card("by-type", "By request type", by_type, "Choose a bar to see that type alone.", is_wide=True),
    ),
    aliases=("/dashboards/neighborhood", "/dashboards/neighborComb", "/reports/dashboards/neighborhood"),
)
