"""Request type map: where requests are made, for all types or some, per 10,000 people or as a count."""

from __future__ import annotations

from typing import Any

from pandas import DataFrame

from data import reference
from data.filters import COUNCIL, NO_COUNCIL, REGION
from data.frames import figures, records
from data.population import by_council, by_region, populated
from data.warehouse import Warehouse
from figures import charts, maps
from report_kit import controls, report, text
from report_kit.common_cards import links_to, lists_of, marked, no_council_last
from report_kit.comparison import baseline_of, compare, noted
from report_kit.content import CardContent, Number, nothing
from report_kit.list_link import list_link
from report_kit.report import Card, Report
from report_kit.selection import Selection

MEASURES = {"people": "Per 10,000 people", "count": "Requests"}
COLUMNS = {"count": "requests", "people": "per_10000"}
UNITS = {"count": "requests", "people": "requests per 10,000 people"}
DEEPER, OVERVIEW = "/neighborhood", "/overview-combined"
MAP_NOTE = "Select an area to list its requests; the table links to the report of each area."
NO_POLYGONS = "No boundaries of the councils are loaded."
NONE = "No requests in any area in this period."
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
    change = noted(warehouse, selection, int(value["requests"]), "in the whole city")
    shown = [
        Number("Requests", text.number(value["requests"]), change, list_link(selection), "requests"),
        Number(
            "Outside all councils",
            text.number(outside),
            "not in any area of the map",
            list_link(selection, {COUNCIL: [NO_COUNCIL]}),
            "no-council",
        ),
        Number("Councils without requests", text.number(without)),
    ]
    shown += [
        Number(
            "Highest rate", row["council"], f"{text.number(row['per_10000'])} per 10,000 people", about="rate"
        )
        for row in top
    ]
    return CardContent(figures(value), numbers=shown)


def city_map(warehouse: Warehouse, selection: Selection) -> CardContent:
    polygons = reference.polygons(warehouse)
    frame = polygons.merge(by_council(warehouse, selection.filters), on="council_id")
    if not len(frame):
        return nothing(NO_POLYGONS)
    measure = measure_of(selection.choices["measure"], frame)
    links = links_to(warehouse, selection, COUNCIL, DEEPER, frame["council"])
    lists = lists_of(warehouse, selection, COUNCIL, frame["council"], ())
    areas = [
        maps.Area(row["polygon"], row[COLUMNS[measure]], _hover(row), lists[row["council"]])
        for row in records(frame)
    ]
    bounds = maps.bounds_of(list(frame["polygon"]), warehouse.facts().city.bounds)
    figure = maps.areas(areas, bounds=bounds, title=UNITS[measure].capitalize())
    exact = " The boundaries are approximate." if frame["is_approximate"].any() else ""
    summary = _summary(frame, measure) + exact
    return CardContent(_table(frame), summary, figure, links=links, lists=list(lists.values()))


def bars_by_council(warehouse: Warehouse, selection: Selection) -> CardContent:
    frame = by_council(warehouse, selection.filters)
    measure = measure_of(selection.choices["measure"], frame)
    column = COLUMNS[measure]
    frame = frame.dropna(subset=[column])
    frame = frame.sort_values([column, "council"], ascending=[False, True], kind="stable")
    frame = no_council_last(warehouse, COUNCIL, frame)
    links = links_to(warehouse, selection, COUNCIL, DEEPER, frame["council"])
    lists = list(lists_of(warehouse, selection, COUNCIL, frame["council"], ()).values())
    baseline = baseline_of(warehouse, selection)
    before = by_council(warehouse, baseline.filters).set_index("council")[column] if baseline else None
    figure = charts.horizontal_bars(
        frame["council"].tolist(),
        frame[column].astype(float).round(4),
        unit=UNITS[measure],
        links=lists,
        hover=":,.3~r" if measure == "people" else ":,",
        marks=() if before is None else before.reindex(frame["council"]).astype(float).round(4),
        marks_name=baseline.name if baseline else "",
    )
    summary = f"{_summary(frame[frame['council_id'] != 0], measure)} {marked(baseline)}".strip()
    return CardContent(_table(frame), summary, figure, links=links, lists=lists, is_scrollable=True)


def bars_by_region(warehouse: Warehouse, selection: Selection) -> CardContent:
    """Regions by the measure, highest first; rates are those of their councils combined."""
    frame = by_region(warehouse, selection.filters)
    if not len(frame):
        return CardContent(frame, why_empty="This city has no regions.")
    measure = measure_of(selection.choices["measure"], frame)
    column = COLUMNS[measure]
    frame = frame.sort_values(column, ascending=False, kind="stable", ignore_index=True)
    lists = list(lists_of(warehouse, selection, REGION, frame["region"], ()).values())
    figure = charts.horizontal_bars(
        frame["region"],
        frame[column].astype(float).round(4),
        unit=UNITS[measure],
        links=lists,
        hover=":,.3~r" if measure == "people" else ":,",
    )
    links = links_to(warehouse, selection, REGION, OVERVIEW, frame["region"])
    summary = _summary(frame.rename(columns={"region": "council"}), measure)
    return CardContent(frame.rename(columns=CSV_NAMES), summary, figure, links=links, lists=lists)


def measure_of(chosen: str, frame: DataFrame) -> str:
    """The chosen measure, or the count in a city without published populations of its areas."""
    return chosen if frame["people"].notna().any() else "count"


def _table(frame: DataFrame) -> DataFrame:
    return frame[["council", "requests", "people", "per_10000"]].rename(columns=CSV_NAMES)


def _hover(row: dict[str, Any]) -> str:
    rate = "unknown" if row["per_10000"] is None else text.number(row["per_10000"])
    return f"{row['council']}<br>{text.plural(row['requests'], 'request')}<br>per 10,000 people: {rate}"


def _top(frame: DataFrame, measure: str) -> DataFrame:
    """The areas with the highest values, without zeros."""
    column = COLUMNS[measure]
    known = frame[frame[column].notna() & (frame[column].fillna(0) > 0)]
    return known.sort_values([column, "council"], ascending=[False, True])


def _summary(frame: DataFrame, measure: str) -> str:
    top = _top(frame, measure).head(3)
    names = [f"{row['council']} ({text.number(row[COLUMNS[measure]])})" for row in records(top)]
    return f"Most {UNITS[measure]}: {text.listed(names)}." if names else NONE


REPORT = Report(
    path="/types-map",
    title="Request type map",
    menu="Type map",
    purpose="Where requests are made, for all types or some: by {area}, per 10,000 people or as a count.",
    order=7,
    controls=(
        controls.Period(days=365),
        compare(),
        controls.groups(),
        controls.types(),
        # Without populations every figure shows the number of requests.
        controls.Choice(
            "measure", "Color by", MEASURES, is_possible=lambda warehouse: bool(populated(warehouse))
        ),
        controls.INFORMATION,
    ),
    rules=(
        "The map opens with all types; choose a group or types to see only those.",
        "A council without requests has the palest color.",
        "Per 10,000 people: requests of the whole period divided by the population of the {population}.",
        "If no population is published, the map shows the number of requests.",
        report.NO_COUNCIL_RULE,
        *report.COUNTING_RULES,
    ),
    picture="map",
    cards=(
        Card("numbers", "At a glance", numbers, is_wide=True, height=130),
        Card("map", "Map", city_map, MAP_NOTE, is_wide=True, height=maps.HEIGHT),
        Card("by-region", "By region", bars_by_region, "Select a bar to list its requests.", is_wide=True),
        Card("by-council", "By {area}", bars_by_council, "Select a bar to list its requests.", is_wide=True),
    ),
    aliases=("/dashboards/types_map", "/reports/dashboards/types_map"),
)
