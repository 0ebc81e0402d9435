"""Map: every located request in a selection, from the whole city down to one address."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import current_app
from pandas import DataFrame

from data import counts, mapped, reference
from data.counts import Totals
from data.filters import DIMENSIONS, TYPE, Filters
from data.frames import figures
from data.warehouse import Warehouse
from figures import maps, points
from report_kit import comparison, controls, report, request_history, text
from report_kit.common_cards import bars_by
from report_kit.content import CardContent, Number
from report_kit.report import Card, Report
from report_kit.selection import Selection

PAGE = "/map"
HEIGHT = 640
STATUSES = {"all": "All", "open": "Open", "closed": "Closed"}
STATUS = controls.Choice("status", "Status", STATUSES, is_filter=True)
OUTLINES = controls.Choice(
    "outlines",
    "Outlines",
    {"areas": "Areas", "regions": "Regions", "none": "None"},
    is_possible=lambda warehouse: len(reference.polygons(warehouse)) > 0,
)
HOT_SPOTS = controls.Choice("hotspots", "Hot spots", {"hide": "Hidden", "show": "Shown"})
HOT_SPOT_RULE = (
    "Hot spots are at least 12 requests of one type within 30 meters of one of them, since the first day of "
    "the period: choose one request type to see them."
)
LOCATED = ("requests with a usable location", "requests without one")
NO_TILES = "Requests are not shown: this server has no API_PUBLIC_URL."


def numbers(warehouse: Warehouse, selection: Selection) -> CardContent:
    value, notes = _totals(warehouse, selection, selection.filters), list(LOCATED)
    if comparison.wanted(selection):
        baseline = comparison.baseline_of(warehouse, selection)
        before = _totals(warehouse, selection, baseline.filters) if baseline else value
        notes = [
            baseline.change(value[name], before[name]) if baseline else comparison.NOT_LOADED
            for name in value
        ]
    shown = [
        Number(name.replace("_", " ").capitalize(), text.number(value[name]), note)
        for name, note in zip(value, notes, strict=True)
    ]
    return CardContent(figures(value), numbers=shown)


def _totals(warehouse: Warehouse, selection: Selection, filters: Filters) -> dict[str, int]:
    frame = mapped.by_type(warehouse, filters, selection.choices[STATUS.name])
    return {name: int(frame[name].sum()) for name in ("on_the_map", "not_on_the_map")}


def totals(warehouse: Warehouse, selection: Selection) -> Totals | None:
    """The totals of the requests with the chosen status; None if that would take a scan of all requests."""
    if selection.choices[STATUS.name] == STATUS.default:
        return counts.totals(warehouse, selection.filters)
    if selection.filters.includes_information:
        return None
    located, unlocated = _totals(warehouse, selection, selection.filters).values()
    return Totals(located + unlocated, unlocated, None)


def _by_type(warehouse: Warehouse, selection: Selection, filters: Filters) -> DataFrame:
    """All requests with the chosen status, on the map or not."""
    frame = mapped.by_type(warehouse, filters, selection.choices[STATUS.name])
    both = DataFrame({"type": frame["type"], "requests": frame["on_the_map"] + frame["not_on_the_map"]})
    return both.sort_values(["requests", "type"], ascending=[False, True], ignore_index=True)


def city_map(warehouse: Warehouse, selection: Selection) -> CardContent:
    frame = mapped.by_type(warehouse, selection.filters, selection.choices[STATUS.name])
    settings: dict[str, Any] = current_app.extensions["map"]
    summary = f"{text.plural(int(frame['on_the_map'].sum()), 'request')} on the map."
    given = {
        **settings,
        "filters": api_filters(selection),
        "search": selection.fixed,
        "types": _type_names(warehouse),
        "kinds": request_history.KINDS,
        "zone": warehouse.facts().city.zone.key,
        "bounds": _bounds(warehouse, _polygons(warehouse)),
        "version": warehouse.facts().version,
        "outlines": selection.choices[OUTLINES.name],
        "hotspots": selection.choices[HOT_SPOTS.name] == "show",
    }
    return CardContent(frame, summary if settings["api"] else NO_TILES, map=given)


def small_map(warehouse: Warehouse, selection: Selection) -> CardContent:
    """Circles on the outlines, for the home page."""
    frame = mapped.cells(warehouse, selection.filters, selection.choices[STATUS.name])
    polygons = _polygons(warehouse)
    summary = f"{text.plural(int(frame['requests'].sum()), 'request')} on the map."
    figure = points.density(polygons, frame, bounds=_bounds(warehouse, polygons))
    return CardContent(frame, summary, figure)


def _polygons(warehouse: Warehouse) -> list[dict[str, Any]]:
    return list(reference.polygons(warehouse)["polygon"])


def _bounds(warehouse: Warehouse, polygons: list[dict[str, Any]]) -> maps.Bounds:
    """The bounds of the areas: those that a city declares may reach far into the sea."""
    return maps.bounds_of(polygons, warehouse.facts().city.bounds)


def api_filters(selection: Selection) -> str:
    """The selection as the query string for the API's tiles."""
    filters, status = selection.filters, selection.choices[STATUS.name]
    given: dict[str, Any] = {"start_date": filters.first, "end_date": filters.last}
    given |= {f"{one.name}_id": filters.ids(one) for one in DIMENSIONS if filters.ids(one)}
    if status != STATUS.default:
        given["status"] = status
    if filters.includes_information:
        given["information"] = controls.INCLUDED
    return urlencode(given, doseq=True)


def _type_names(warehouse: Warehouse) -> dict[int, str]:
    return {number: name for name, ids in reference.ids_by_name(warehouse, TYPE).items() for number in ids}


REPORT = Report(
    path=PAGE,
    title="Map of requests",
    menu="Map",
    purpose="Every request with a location, from the whole city down to one address.",
    order=3,
    controls=(
        controls.Period(days=30),
        comparison.compare(),
        controls.groups(),
        controls.types(),
        controls.councils(),
        controls.regions(),
        controls.agencies(),
        controls.sources(),
        STATUS,
        OUTLINES,
        HOT_SPOTS,
        controls.INFORMATION,
    ),
    rules=(
        "A circle stands for the requests in the square around it; circles add up to the number of requests.",
        HOT_SPOT_RULE,
        report.OPEN_RULE,
        *report.COUNTING_RULES,
        report.FULL_DAY_RULE,
    ),
    totals=totals,
    tile=small_map,
    first_cards=2,
    is_drawn_at_once=False,
    has_preview=True,
    cards=(
        Card("numbers", "At a glance", numbers, is_wide=True, height=130),
        Card("map", "Map", city_map, "Choose a circle to zoom in on it.", is_wide=True, height=HEIGHT),
        Card(
            "by-type",
            "By request type",
            bars_by(TYPE, PAGE, counted=_by_type),
            "Located or not. Select a bar to list its requests.",
        ),
    ),
)
