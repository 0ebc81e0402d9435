"""The brief of a council: a page that prints on one or two sheets, and HTML, PNG and CSV files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Response, request
from markupsafe import Markup
from pandas import DataFrame

from data import reference
from data.errors import DataError
from data.frames import to_csv
from data.warehouse import Warehouse
from documents import brief_picture, drawing, pages
from documents.brief import Brief, brief, rows
from figures.maps import bounds_of
from report_kit import periods, text
from report_kit.list_link import PATH as LIST
from report_kit.periods import Period
from report_kit.report_page import warehouse

PATH = "/brief"
NO_PERIOD = "A brief covers one week (?week=2026-W47) or one month (?month=2026-11)."
MAX_RADIUS = 9
SHOWN_TYPES = 10
MAP = (520, 360)


def address(council: int, period: Period, kind: str = "") -> str:
    """The URL of a brief, or of one of its files."""
    return f"{PATH}/{council}{f'.{kind}' if kind else ''}?{period.query}"


def show(council: int) -> Response:
    """The page of a brief."""
    return _answered(council, _page)


def file(council: int, kind: str) -> Response:
    """One of the files: ``html`` to print or save, ``png``, ``csv``."""
    return _answered(council, FILES[kind])


def _answered(council: int, answer: Callable[[Brief], Response]) -> Response:
    try:
        source = warehouse()
        name, period = _name(source, council), _period(source)
        if name is None:
            city = source.facts().city
            advice = city.phrase("Use the number of one of the {areas}, as in the reports.")
            return pages.missing(city.spoken(f"There is no council {council}"), advice)
        if isinstance(period, str):
            return pages.missing("There is no such brief", period)
        return answer(brief(source, council, name, period))
    except DataError as error:
        return pages.failed(error)


def _name(source: Warehouse, council: int) -> str | None:
    councils = reference.councils(source).set_index("council_id")["council"]
    return str(councils[council]) if council in councils.index else None


def _period(source: Warehouse) -> Period | str:
    """The period in the URL, or the reason why there is none."""
    facts = source.facts()
    if facts.first_day is None or facts.last_day is None:
        return "No requests have been loaded yet."
    period = periods.of_query(request.args, facts.last_day)
    if period is None:
        return NO_PERIOD
    if period.first > facts.last_day or period.first < facts.first_day:
        return f"The data cover {text.span(facts.first_day, facts.last_day)}. {NO_PERIOD}"
    return period


def _values(found: Brief) -> dict[str, Any]:
    source, period = warehouse(), found.period
    facts = source.facts()
    oldest, newest = facts.first_day or period.first, facts.last_day or period.last
    before, after = period.before(), period.after(newest)
    return {
        "title": f"{found.name}: {period.title}",
        "brief": found,
        "map": city_map(source, found),
        "councils": reference.councils(source).itertuples(),
        "earlier": address(found.council, before) if before.first >= oldest else "",
        "later": address(found.council, after) if after.first <= newest else "",
        "files": {kind.upper(): address(found.council, period, kind) for kind in FILES},
        "picture": request.host_url.rstrip("/") + address(found.council, period, "png"),
        "host": request.host_url.rstrip("/"),
        "shown_types": found.types[found.types["requests"] > 0].head(SHOWN_TYPES),
        "list_path": LIST,
    }


def _page(found: Brief) -> Response:
    return pages.page("brief.html", **_values(found))


def _html(found: Brief) -> Response:
    html = pages.rendered("brief.html", **_values(found), is_file=True, css=Markup(pages.styles()))  # noqa: S704
    return _attached(html.encode(), "text/html; charset=utf-8", found, "html")


def _png(found: Brief) -> Response:
    """Served inline, not as an attachment: other sites show it as the preview image of the page."""
    body = brief_picture.png(found, warehouse().facts().city.name, shapes(warehouse(), found))
    return Response(body, content_type="image/png")


def _csv(found: Brief) -> Response:
    return _attached(to_csv(rows(found)).encode(), "text/csv; charset=utf-8", found, "csv")


def _attached(body: bytes, kind: str, found: Brief, ending: str) -> Response:
    name = f"brief-{found.council}-{found.period.name}.{ending}"
    return Response(
        body, headers={"Content-Disposition": f'attachment; filename="{name}"'}, content_type=kind
    )


FILES: Mapping[str, Callable[[Brief], Response]] = {"html": _html, "png": _png, "csv": _csv}


def shapes(source: Warehouse, found: Brief) -> tuple[DataFrame, list[dict[str, Any]]]:
    """All outlines, and those of this council; none for requests outside every council."""
    polygons = reference.polygons(source)
    return polygons, polygons.loc[polygons["council_id"] == found.council, "polygon"].tolist()


def city_map(source: Warehouse, found: Brief) -> Markup | None:
    """A map of the period's requests in the council, or in the whole city for requests in no council."""
    polygons, own = shapes(source, found)
    if not len(polygons) or not (own or len(found.places)):
        return None
    bounds = bounds_of(own or list(polygons["polygon"]), source.facts().city.bounds)
    areas = [(polygon, "area") for polygon in polygons["polygon"]] + [
        (polygon, "area own") for polygon in own
    ]
    return drawing.svg(drawing.Projection(bounds, *MAP), areas, points(found), map_label(found))


def points(found: Brief) -> list[drawing.Point]:
    """One circle per place; its area grows with the requests there."""
    places = found.places
    return [
        drawing.Point(
            longitude,
            latitude,
            min(2.5 + 1.5 * (number - 1) ** 0.5, MAX_RADIUS),
            text.plural(number, "request"),
        )
        for longitude, latitude, number in places.itertuples(index=False)
    ]


def map_label(found: Brief) -> str:
    """The text alternative of the map."""
    number = int(found.places["requests"].sum())
    return (
        f"Map: {text.plural(number, 'request')} at {text.plural(len(found.places), 'place')} in {found.name}"
    )
