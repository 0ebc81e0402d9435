"""The page of one request: everything known about it, including the values as the city published them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

import pandas as pd
from flask import Response
from markupsafe import Markup
from pandas import DataFrame

from data import one_request, reference
from data.errors import DataError
from data.request_list import prefix
from data.warehouse import Warehouse
from documents import drawing, pages
from figures.maps import bounds_of
from report_kit import text
from report_kit.report_page import warehouse
from report_kit.request_history import steps

AROUND_DEGREES = 0.01
"""Area drawn around a request outside every council: about a kilometer each way."""
NOT_PUBLISHED = "not published"


class Field(NamedTuple):
    """A name, its served value, and the published value if that differs."""

    name: str
    value: str
    published: str = ""


def show(number: str) -> Response:
    """The page; 404 if no request has this number."""
    try:
        return _page(warehouse(), number.strip())
    except DataError as error:
        return pages.failed(error)


def _page(source: Warehouse, number: str) -> Response:
    found = one_request.request(source, number)
    if not len(found):
        return _gone(source, number)
    row = _known(found)
    last = source.facts().last_day
    return pages.page(
        "request.html",
        row=row,
        title=f"Request {row['number']}",
        state=state(row, last),
        groups=fields(row),
        map=_map(source, row),
        has_outlines=len(reference.polygons(source)) > 0,
        lists=_lists(source, row),
        history=steps(source, row),
        address_link=_address_link(row),
    )


def _gone(source: Warehouse, number: str) -> Response:
    found = one_request.retired(source, number)
    if not len(found):
        advice = "No request has this number. Use the city's number, such as 1-2345678 or 10012345."
        return pages.missing(f"There is no request {number}", advice)
    row = _known(found)
    advice = (
        f"The city withdrew this request. It was removed from our data on {text.day(row['retired'].date())} "
        f"({row['why']}). "
        f"It was {row['type_published'] or 'of no type'}, created {_moment(row['created'])}, "
        f"{row['address'] or 'without an address'}, status {row['status'] or NOT_PUBLISHED}."
    )
    return pages.missing(f"Request {number} was withdrawn", advice)


def _known(found: DataFrame) -> dict[str, Any]:
    """The only row; missing values are None."""
    row = found.iloc[0]
    return {
        name: None if not isinstance(row[name], list) and pd.isna(row[name]) else row[name] for name in found
    }


def state(row: Mapping[str, Any], last: date | None) -> str:
    """A sentence on the state of the request, and for how many days it is or was open."""
    if row["is_open"]:
        days = max((last - row["created"].date()).days, 0) if last else 0
        return f"Open for {text.plural(days, 'day')}, counted to the last full day." if days else "Open."
    if row["closed"] is None:
        return f"Ended without a closed date: its status is {row['status'] or NOT_PUBLISHED}."
    days = int(row["days_to_close"])
    return "Closed on the day it was created." if not days else f"Closed after {text.plural(days, 'day')}."


def fields(row: Mapping[str, Any]) -> dict[str, list[Field]]:
    """Heading → fields that are known."""
    what = [
        Field("Type", row["type"] or "", _other(row["type_published"], row["type"])),
        Field("Type group", row["type_group"] or ""),
        Field("Detail", row["detail"] or ""),
        Field("Status", row["status"] or NOT_PUBLISHED),
        Field("Outcome", row["outcome"] or ""),
        Field("Reason", row["reason"] or ""),
        Field("Action taken", row["action_taken"] or ""),
        Field("Agency", row["agency"] or "", _other(row["agency_published"], row["agency"])),
        Field("Assigned to", row["assigned_to"] or ""),
        Field("Source", row["source"] or "", _other(row["source_published"], row["source"])),
        Field("Counted", _counted(row)),
    ]
    where = [
        Field("Address", row["address"] or NOT_PUBLISHED),
        Field("ZIP code", row["zipcode"] or ""),
        Field("Council", row["council"] or "", _other(row["council_published"], _without_id(row))),
        Field("Region", row["region"] or ""),
        Field("City council district", _district(row)),
        Field("Police precinct", row["police_precinct"] or ""),
        Field("Planning area", row["planning_area"] or ""),
        Field("Position", _position(row)),
    ]
    when = [
        Field("Created", _moment(row["created"])),
        Field("Due", _moment(row["due"])),
        Field("Service day", _moment(row["service_day"])),
        Field("Closed", _moment(row["closed"])),
        Field("Last change by the city", _moment(row["updated"])),
        Field("Read from the portal", _moment(row["loaded"])),
        Field("Dataset", row["dataset"] or ""),
    ]
    groups = {"What": what, "Where": where, "When": when}
    return {name: [field for field in group if field.value] for name, group in groups.items()}


def _other(published: str | None, served: str | None) -> str:
    return published if published and published != served else ""


def _counted(row: Mapping[str, Any]) -> str:
    if row["is_information"]:
        return "no: calls for information count only if they are included"
    return "yes, as a confirmed duplicate" if row["is_duplicate"] else "yes"


def _without_id(row: Mapping[str, Any]) -> str:
    """The name of the area as the city publishes it, even if another area has the same name."""
    return str(row["council"] or "").removesuffix(f" ({row['council_id']})")


def _district(row: Mapping[str, Any]) -> str:
    parts = [str(row["district"]) if row["district"] else "", row["council_member"] or ""]
    return ", ".join(filter(None, parts))


def _position(row: Mapping[str, Any]) -> str:
    if row["latitude"] is None or row["longitude"] is None:
        return "none published, so not on the map"
    place = f"{row['latitude']:.6f}, {row['longitude']:.6f}"
    return place if row["on_map"] else f"{place}, not usable, so not on the map"


def _moment(value: Any) -> str:
    """Such as Nov 24, 2026, 2:05 PM; without the time at midnight, because then only a day was published."""
    if value is None:
        return ""
    is_day = (value.hour, value.minute, value.second) == (0, 0, 0)
    return text.day(value.date()) + ("" if is_day else f", {value:%-I:%M %p}")


def _map(source: Warehouse, row: Mapping[str, Any]) -> Markup | None:
    """The request in its council, or with its surroundings; None without a usable position."""
    if not row["on_map"]:
        return None
    longitude, latitude = float(row["longitude"]), float(row["latitude"])
    polygons = reference.polygons(source)
    own = polygons.loc[polygons["council_id"] == row["council_id"], "polygon"].tolist()
    around = (
        longitude - AROUND_DEGREES,
        latitude - AROUND_DEGREES,
        longitude + AROUND_DEGREES,
        latitude + AROUND_DEGREES,
    )
    bounds = bounds_of(own, source.facts().city.bounds) if own else around
    others = one_request.areas(source, *bounds)
    shapes = [(polygon, "area") for polygon in others["polygon"]] + [(polygon, "area own") for polygon in own]
    outside = source.facts().city.spoken("Map: the request, outside every council")
    label = f"Map: the request in {row['council']}" if own else outside
    point = drawing.Point(longitude, latitude, 7, str(row["number"]), "point here")
    return drawing.svg(drawing.Projection(bounds, 560, 380), shapes, [point], label)


def _lists(source: Warehouse, row: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Heading → other requests: its original, its duplicates, and those at its address."""
    number, address = str(row["number"]), row["address"]
    found = {"Duplicates of this request": one_request.repeats(source, number)}
    if row["parent"]:
        found = {"Duplicate of": one_request.parent(source, row["parent"])} | found
    if address:
        found["Other requests at this address"] = one_request.at_address(
            source, number, address, prefix(address)
        )
    return {
        name: [_known(frame.iloc[[n]]) for n in range(len(frame))]
        for name, frame in found.items()
        if len(frame)
    }


def _address_link(row: Mapping[str, Any]) -> str:
    return row["address"] or ""
