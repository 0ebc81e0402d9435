"""Request type map: where a type of request is made, per 10,000 people and by count."""

from __future__ import annotations

from typing import Any

from pandas import DataFrame

from data import reference
from data.filters import COUNCIL, TYPE
from data.frames import figures, records
from data.population import by_council
from data.warehouse import Warehouse
from figures import charts, maps
from report_kit import controls, report, text
from report_kit.common_cards import links_to, no_council_last
from report_kit.content import CardContent, Number, nothing
from report_kit.report import Card, Report
from report_kit.selection import Selection

MEASURES = {"people": "Per 10,000 people", "count": "Requests"}
COLUMNS = {"count": "requests", "people": "per_10000"}
UNITS = {"count": "requests", "people": "requests per 10,000 people"}
DEEPER = "/neighborhood"
NO_POLYGONS = "The councils' boundaries have not been loaded yet. The nightly ingest loads them."
CSV_NAMES = {"people": "people_2020", "per_10000": "requests_per_10000_people"}


def numbers(warehouse: Warehouse, selection: Selection) -> CardContent:
    frame = by_council(warehouse, selection.filters)
    councils = frame[frame["council_id"] != 0]
    outside = frame["requests"].sum() - councils["requests"].sum()
    without = int((councils["requests"] == 0).sum())
    top = records(_top(councils, "people").head(1))
    value = {
        "requests": frame["requests"].sum(),
        "requests_without_council": outside,
        "councils_without_requests": without,
        "highest_rate": top[0]["council"] if top else None,
    }
    shown = [
        Number("Requests", text.number(value["requests"]), "in the whole city"),
        Number("Outside all councils", text.number(outside), "not in any area of the map"),
        Number("Councils with none", text.number(without)),
    ]
    shown += [
        Number("Highest rate", row["council"], f"{text.number(row['per_10000'])} per 10,000 people")
        for row in top
    ]
    return CardContent(figures(value), numbers=shown)


def city_map(warehouse: Warehouse, selection: Selection) -> CardContent:
    polygons = reference.polygons(warehouse)
    frame = polygons.merge(by_council(warehouse, selection.filters), on="council")
    if not len(frame):
        return nothing(NO_POLYGONS)
    measure = measure_of(selection.choices["measure"], frame)
    links = links_to(warehouse, selection, COUNCIL, DEEPER, frame["council"])
    areas = [
        maps.Area(row["polygon"], row[COLUMNS[measure]], _hover(row), links[row["council"]])
        for row in records(frame)
    ]
    bounds = maps.bounds_of(list(frame["polygon"]), warehouse.facts().city.bounds)
    figure = maps.areas(areas, bounds=bounds, title=UNITS[measure].capitalize())
    exact = " The boundaries are approximate." if frame["is_approximate"].any() else ""
    return CardContent(_table(frame), _summary(frame, measure) + exact, figure, links=links)


def bars_by_council(warehouse: Warehouse, selection: Selection) -> CardContent:
    frame = by_council(warehouse, selection.filters)
    measure = measure_of(selection.choices["measure"], frame)
    column = COLUMNS[measure]
    frame = frame.dropna(subset=[column])
    frame = frame.sort_values([column, "council"], ascending=[False, True], kind="stable")
    frame = no_council_last(warehouse, COUNCIL, frame)
    links = links_to(warehouse, selection, COUNCIL, DEEPER, frame["council"])
    figure = charts.horizontal_bars(
        frame["council"].tolist(),
        frame[column].astype(float).round(4),
        unit=UNITS[measure],
        links=list(links.values()),
        hover=":,.3~r" if measure == "people" else ":,",
    )
    summary = _summary(frame[frame["council_id"] != 0], measure)
    return CardContent(_table(frame), summary, figure, links=links, is_scrollable=True)


def measure_of(chosen: str, frame: DataFrame) -> str:
    """The chosen measure; requests in a city whose areas have no published population."""
    return chosen if frame["people"].notna().any() else "count"


def _table(frame: DataFrame) -> DataFrame:
    return frame[["council", "requests", "people", "per_10000"]].rename(columns=CSV_NAMES)


def _hover(row: dict[str, Any]) -> str:
    rate = "unknown" if row["per_10000"] is None else text.number(row["per_10000"])
    return f"{row['council']}<br>{text.plural(row['requests'], 'request')}<br>per 10,000 people: {rate}"


def _top(frame: DataFrame, measure: str) -> DataFrame:
    """The areas with the highest values, none of them zero."""
    column = COLUMNS[measure]
    known = frame[frame[column].notna() & (frame[column].fillna(0) > 0)]
    return known.sort_values([column, "council"], ascending=[False, True])


def _summary(frame: DataFrame, measure: str) -> str:
    top = _top(frame, measure).head(3)
    names = [f"{row['council']} ({text.number(row[COLUMNS[measure]])})" for row in records(top)]
    return f"Most {UNITS[measure]}: {text.listed(names)}." if names else f"No {UNITS[measure]} anywhere."


REPORT = Report(
    path="/types-map",
    title="Request type map",
    menu="Map",
    purpose="Where a type of request is made: by {area}, per 10,000 people and in numbers.",
    order=5,
    controls=(
        controls.types(label="Request type", is_single=True, default=controls.busiest(TYPE)),
        controls.Period(days=365),
        controls.Choice("measure", "Color by", MEASURES),
        controls.INFORMATION,
    ),
    rules=(
        "The map opens with the type that was requested most in the last year.",
        "A council without requests has the palest color, not a hole.",
        "Per 10,000 people: requests of the whole period over the population of the {population}.",
        "Where no population is published, the map shows requests.",
        report.NO_COUNCIL_RULE,
        *report.COUNTING_RULES,
    ),
    picture="map",
    cards=(
        Card("numbers", "At a glance", numbers, is_wide=True, height=130),
        Card("map", "Map", city_map, "Choose an area to see that council.", is_wide=True, height=maps.HEIGHT),
        Card("by-council", "By {area}", bars_by_council, "Choose a bar to see that council.", is_wide=True),
    ),
    aliases=("/dashboards/types_map", "/reports/dashboards/types_map"),
)
