"""Map: every located request of a selection, from the whole city down to one address."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import current_app

from data import mapped, reference
from data.filters import DIMENSIONS, TYPE
from data.frames import figures
from data.warehouse import Warehouse
from report_kit import controls, report, text
from report_kit.common_cards import bars_by
from report_kit.content import CardContent, Number
from report_kit.report import Card, Report
from report_kit.selection import Selection

PAGE = "/map"
HEIGHT = 640
STATUS = controls.Choice("status", "Status", {"all": "All", "open": "Open", "closed": "Closed"})
OUTLINES = controls.Choice("outlines", "Outlines", {"areas": "Areas", "regions": "Regions", "none": "None"})
HOT_SPOTS = controls.Choice("hotspots", "Hot spots", {"hide": "Hidden", "show": "Shown"})
HOT_SPOT_RULE = (
    "Hot spots are at least 12 requests of one type within 30 meters of each other, since the first day of "
    "the period: choose one request type to see them."
)
NO_TILES = "Requests are not shown: this server has no API_PUBLIC_URL."


def numbers(warehouse: Warehouse, selection: Selection) -> CardContent:
    frame = mapped.by_type(warehouse, selection.filters, selection.choices[STATUS.name])
    value = {name: int(frame[name].sum()) for name in ("requests", "not_on_the_map")}
    shown = [
        Number("On the map", text.number(value["requests"]), "requests with a usable location"),
        Number("Not on the map", text.number(value["not_on_the_map"]), "requests without one"),
    ]
    return CardContent(figures(value), numbers=shown)


def city_map(warehouse: Warehouse, selection: Selection) -> CardContent:
    frame = mapped.by_type(warehouse, selection.filters, selection.choices[STATUS.name])
    settings: dict[str, Any] = current_app.extensions["map"]
    summary = f"{text.plural(int(frame['requests'].sum()), 'request')} on the map."
    given = {
        **settings,
        "filters": api_filters(selection),
        "types": _type_names(warehouse),
        "bounds": warehouse.facts().city.bounds,
        "version": warehouse.facts().version,
        "outlines": selection.choices[OUTLINES.name],
        "hotspots": selection.choices[HOT_SPOTS.name] == "show",
    }
    return CardContent(frame, summary if settings["api"] else NO_TILES, map=given)


def api_filters(selection: Selection) -> str:
    """The selection as query string of the API's tiles."""
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
    menu="Map of requests",
    purpose="Every request with a location, from the whole city down to one address.",
    order=3,
    controls=(
        controls.Period(days=30),
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
        "A circle stands for the requests of a square around it; circles add up to the number of requests.",
        HOT_SPOT_RULE,
        report.OPEN_RULE,
        *report.COUNTING_RULES,
        report.FULL_DAY_RULE,
    ),
    picture="by-type",
    cards=(
        Card("numbers", "At a glance", numbers, is_wide=True, height=130),
        Card("map", "Map", city_map, "Choose a circle to see what it holds.", is_wide=True, height=HEIGHT),
        Card("by-type", "By request type", bars_by(TYPE, PAGE), "Choose a bar to see that type alone."),
    ),
)
