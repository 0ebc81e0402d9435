"""Request type map: where a type of request is made, by count and per 10,000 people."""

from __future__ import annotations

from typing import Any

from data import geography, people
from data.source import Source
from data.table import Table
from figures import charts, maps
from frame import controls, report, words
from frame.report import Card, Report
from frame.selection import Selection, link
from frame.shown import Number, Shown

ILLEGAL_DUMPING = 6
MEASURES = {"count": "Requests", "people": "Per 10,000 people"}
COLUMNS = {"count": "requests", "people": "per_10000"}
UNITS = {"count": "requests", "people": "requests per 10,000 people"}
NO_POLYGONS = "The councils' borders have not been loaded yet. The nightly load brings them."


def numbers(source: Source, selection: Selection) -> Shown:
    table = people.by_council(source, selection.filters)
    councils = [row for row in table if row["_id"]]
    outside = sum(row["requests"] for row in table if not row["_id"])
    without = sum(not row["requests"] for row in councils)
    rows = [
        ("requests", table.total("requests")),
        ("requests_without_council", outside),
        ("councils_without_requests", without),
    ]
    most: dict[str, Any] = max(councils, key=lambda row: float(row["per_10000"] or 0), default={})
    shown = [
        Number("Requests", words.number(table.total("requests")), "in the whole city"),
        Number("In no council", words.number(outside), "not on the map"),
        Number("Councils without any", words.number(without)),
    ]
    if most:
        note = f"per 10,000 people: {words.number(most['per_10000'] or 0)}"
        shown.append(Number("Most for its people", most["council"], note))
    return Shown(Table.of(("figure", "value"), rows), "", numbers=shown)


def city_map(source: Source, selection: Selection) -> Shown:
    measure = selection.choices["measure"]
    values = {row["_id"]: row for row in people.by_council(source, selection.filters)}
    polygons = [row for row in geography.polygons(source) if row["council_id"] in values]
    table = _table([values[row["council_id"]] for row in polygons])
    if not polygons:
        return Shown(table, "", why_empty=NO_POLYGONS)
    shown = [values[row["council_id"]] for row in polygons]
    areas = [
        maps.Area(polygon["polygon"], row[COLUMNS[measure]], _hover(row), _deeper(row, selection))
        for polygon, row in zip(polygons, shown, strict=True)
    ]
    figure = maps.areas(areas, box=_box(polygons), title=UNITS[measure].capitalize())
    return Shown(table, _summary(shown, measure) + _how_exact(polygons), figure)


def by_council(source: Source, selection: Selection) -> Shown:
    measure = selection.choices["measure"]
    column = COLUMNS[measure]
    rows = [row for row in people.by_council(source, selection.filters) if row[column] is not None]
    rows.sort(key=lambda row: (row["_id"] == 0, -float(row[column]), row["council"]))
    figure = charts.horizontal_bars(
        [row["council"] for row in rows],
        [row[column] for row in rows],
        unit=UNITS[measure],
        links=[_deeper(row, selection) for row in rows],
    )
    return Shown(_table(rows), _summary(rows, measure), figure, is_scrollable=True)


def _table(rows: list[dict[str, Any]]) -> Table:
    return Table.of(
        ("council", "requests", "people_2020", "requests_per_10000_people"),
        ((row["council"], row["requests"], row["people"], row["per_10000"]) for row in rows),
    )


def _hover(row: dict[str, Any]) -> str:
    rate = "unknown" if row["per_10000"] is None else words.number(row["per_10000"])
    return f"{row['council']}<br>{words.plural(row['requests'], 'request')}<br>per 10,000 people: {rate}"


def _deeper(row: dict[str, Any], selection: Selection) -> str:
    return link(
        "/neighborhood",
        council=(row["_id"],),
        type=selection.filters.types,
        from_=selection.first,
        to=selection.last,
    )


def _box(polygons: list[dict[str, Any]]) -> maps.Box:
    west, south = (min(row[name] for row in polygons) for name in ("west", "south"))
    east, north = (max(row[name] for row in polygons) for name in ("east", "north"))
    return west, south, east, north


def _summary(rows: list[dict[str, Any]], measure: str) -> str:
    column = COLUMNS[measure]
    ordered = sorted(rows, key=lambda row: -float(row[column] or 0))[:3]
    told = [f"{row['council']} ({words.number(row[column] or 0)})" for row in ordered if row[column]]
    return f"Most {UNITS[measure]}: {words.listed(told)}." if told else f"No {UNITS[measure]} anywhere."


def _how_exact(polygons: list[dict[str, Any]]) -> str:
    return " The borders are approximate." if any(row["is_approximate"] for row in polygons) else ""


REPORT = Report(
    path="/types-map",
    title="Request type map",
    menu="Map",
    purpose="Where one type of request is made: by neighborhood council, in numbers and per 10,000 people.",
    order=5,
    controls=(
        controls.types("Request type", is_single=True, default=(ILLEGAL_DUMPING,)),
        controls.Period(days=365),
        controls.Choice("measure", "Colour shows", MEASURES),
    ),
    rules=(
        "A council without requests is the palest colour, not a hole.",
        "Per 10,000 people: requests of the whole period over the people of the census of 2020.",
        report.NO_COUNCIL_RULE,
        report.PLACE_RULE,
    ),
    picture="by-council",
    cards=(
        Card("numbers", "In numbers", numbers, is_wide=True, height=130),
        Card("map", "Map", city_map, "Choose an area to see that council.", is_wide=True),
        Card(
            "by-council",
            "By neighborhood council",
            by_council,
            "Choose a bar to see that council.",
            is_wide=True,
        ),
    ),
    aliases=("/dashboards/types_map", "/reports/dashboards/types_map"),
)
