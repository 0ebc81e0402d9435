"""Neighborhood: one council against the city, per 10,000 people, and what it asks for."""

from __future__ import annotations

from data import counts, people, reference
from data.filters import COUNCIL, NO_COUNCIL, TYPE, Filters
from data.source import Source
from data.table import Table
from figures import charts
from figures.colors import OTHERS, type_colors
from frame import controls, report, words
from frame.report import Card, Report
from frame.selection import Selection
from frame.shown import Number, Shown
from frame.type_cards import lines_a_day

CITY = "All councils"
WINDOWS = {"1": "Each day", "7": "7 days", "30": "30 days"}
NO_PEOPLE = "Requests outside every council have no population to be divided by. Choose a council."
TOO_SHORT = "The data do not reach far enough around these days for this average. Choose a shorter one."


def numbers(source: Source, selection: Selection) -> Shown:
    everyone = list(people.by_council(source, _of_all(selection)))
    council = next((row for row in everyone if row["_id"] == selection.filters.councils[0]), None)
    if council is None:
        return Shown(Table.of(("figure", "value"), []), "", why_empty="There is no such council.")
    with_people = [row for row in everyone if row["people"]]
    city = per_10000(with_people)
    rows = [
        ("requests", council["requests"]),
        ("people_2020", council["people"]),
        ("per_10000_people", council["per_10000"]),
        ("all_councils_per_10000_people", city),
    ]
    shown = [
        Number("Requests", words.number(council["requests"]), f"in {words.plural(selection.days, 'day')}"),
        Number(
            "People", words.number(council["people"]) if council["people"] else "unknown", "census of 2020"
        ),
        Number("Per 10,000 people", words.number(council["per_10000"]) if council["people"] else "unknown"),
        Number(f"{CITY}, per 10,000", words.number(city), "requests outside councils left out"),
    ]
    return Shown(Table.of(("figure", "value"), rows), "", numbers=shown)


def per_10000(rows: list[dict[str, int]]) -> float:
    """Requests per 10,000 people of these councils together, to one decimal."""
    inhabitants = sum(row["people"] for row in rows)
    return round(people.PER * sum(row["requests"] for row in rows) / inhabitants, 1) if inhabitants else 0.0


def average(source: Source, selection: Selection) -> Shown:
    facts, window = source.facts(), int(selection.choices["average"])
    council = _council(source, selection)
    if selection.filters.councils == (NO_COUNCIL,) or not facts.first_day or not facts.last_day:
        return Shown(Table.of(("day",), []), "", why_empty=NO_PEOPLE)
    table = people.centred(source, selection.filters, window, (facts.first_day, facts.last_day))
    days = table.column("day")
    figure = charts.lines(
        [
            (council, days, table.column("council_per_10000")),
            (CITY, days, table.column("all_councils_per_10000")),
        ],
        unit="requests per 10,000 people",
        colors=["#C4501B", OTHERS],
        y_title="Requests a day per 10,000 people",
        whole=False,
    )
    return Shown(table, _compared(table, council), figure, why_empty=TOO_SHORT)


def by_type(source: Source, selection: Selection) -> Shown:
    table = counts.by(source, TYPE, selection.filters)
    colors = type_colors(reference.types(source))
    links = [PAGE + selection.with_ids(TYPE, row["_ids"]) for row in table]
    figure = charts.horizontal_bars(
        table.column("type"),
        table.column("requests"),
        unit="requests",
        color=[colors.get(row["_ids"][0], OTHERS) for row in table],
        links=links,
    )
    return Shown(table, words.leader(table, "type"), figure, is_scrollable=True)


def _of_all(selection: Selection) -> Filters:
    return Filters(selection.first, selection.last, types=selection.filters.types)


def _council(source: Source, selection: Selection) -> str:
    wanted = selection.filters.councils[0]
    return next((row["name"] for row in _names(source) if wanted in row["ids"]), f"unknown ({wanted})")


def _names(source: Source) -> Table:
    return reference.names(source, COUNCIL)


def _compared(table: Table, council: str) -> str:
    if not len(table):
        return ""
    own = table.total("council_per_10000") / len(table)
    city = table.total("all_councils_per_10000") / len(table)
    return (
        f"{council}: {own:.2f} requests a day per 10,000 people on an average day of the line; "
        f"{CITY.lower()}: {city:.2f}."
    )


PAGE = "/neighborhood"
REPORT = Report(
    path=PAGE,
    title="Neighborhood",
    purpose="One neighborhood council against the whole city, per 10,000 people, and what it asks for.",
    order=3,
    controls=(
        controls.councils("Neighborhood council", is_single=True, default=(1,), at_most=1),
        controls.Period(days=90),
        controls.types(),
        controls.Choice("average", "Moving average", WINDOWS),
    ),
    rules=(
        "Requests are divided by the people of the census of 2020.",
        "“All councils”: their requests over their people; requests outside every council are not in it.",
        "A moving average is the mean of the calendar days around a day; days without requests count as 0.",
        "Days whose average would need days that are not loaded, or still running, are left out.",
        report.PLACE_RULE,
    ),
    picture="average",
    cards=(
        Card("numbers", "In numbers", numbers, is_wide=True, height=130),
        Card("average", "Requests a day per 10,000 people", average, is_wide=True),
        Card("by-day", "Requests a day by type", lines_a_day, "Of this council, as published.", is_wide=True),
        Card("by-type", "By request type", by_type, "Choose a bar to see that type alone.", is_wide=True),
    ),
    aliases=("/dashboards/neighborhood", "/dashboards/neighborComb", "/reports/dashboards/neighborhood"),
)
