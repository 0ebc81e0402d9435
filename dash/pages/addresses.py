"""Addresses and hot spots: where the same requests are made repeatedly."""

from __future__ import annotations

from dash import html
from pandas import DataFrame

from data import places, reference
from data.filters import TYPE
from data.frames import figures, listed
from data.places import CLUSTER_METERS, MIN_CLUSTER_SIZE
from data.warehouse import Warehouse
from figures import maps, points
from report_kit import comparison, controls, report, text
from report_kit.common_cards import spoken
from report_kit.comparison import baseline_of
from report_kit.content import CardContent, Number
from report_kit.list_link import list_link
from report_kit.report import Card, Report
from report_kit.rows_table import Column, downloads, table
from report_kit.selection import Selection

PAGE = "/addresses"
SHOWN = 50
"""Rows of the tables and circles on the map; the files have all of them."""
BY_ADDRESS = (
    Column("address", "Address"),
    Column("requests", "Requests"),
    Column("open", "Open now"),
    Column("types", "Types"),
    Column("first_day", "First"),
    Column("last_day", "Last"),
    Column("council", "Council"),
)
BY_CLUSTER = (
    Column("around", "Around"),
    Column("requests", "Requests"),
    Column("open", "Open now"),
    Column("addresses", "Addresses"),
    Column("council", "Council"),
)


def numbers(warehouse: Warehouse, selection: Selection) -> CardContent:
    value = {
        name: int(number) for name, number in places.totals(warehouse, selection.filters).iloc[0].items()
    }
    named = value["requests"] - value["without_address"]
    shown = [
        Number(
            "Requests",
            text.number(value["requests"]),
            comparison.noted(warehouse, selection, value["requests"], _unnamed(value["without_address"])),
            list_link(selection),
        ),
        Number("Addresses", text.number(value["addresses"]), "with at least one request"),
        Number(
            "Addresses with several",
            text.number(value["repeated_addresses"]),
            f"{text.share(value['repeated_addresses'], value['addresses'])} of them",
        ),
        Number(
            "Repeated requests",
            text.number(value["repeated_requests"]),
            f"{text.share(value['repeated_requests'], named)} of requests with an address",
        ),
    ]
    return CardContent(figures(value), numbers=shown)


def _unnamed(number: int) -> str:
    return f"{text.number(number)} without an address"


def ranking(warehouse: Warehouse, selection: Selection) -> CardContent:
    frame, columns = places.addresses(warehouse, selection.filters), list(BY_ADDRESS)
    if (baseline := baseline_of(warehouse, selection)) and len(frame):
        frame = places.with_before(warehouse, frame, baseline.filters)
        columns.insert(2, Column("requests_before", "Before"))
    shown = frame.head(SHOWN)
    links = [list_link(selection, address=address) for address in shown["address"]]
    rows = table(_days(shown), spoken(warehouse, columns), label="Addresses", links=links)
    files = downloads(_files("addresses", selection.search), f"all {text.number(len(frame))} addresses")
    return CardContent(
        frame,
        _leader(frame, "address"),
        parts=[_said(frame, "address", "addresses"), rows, files],
        why_empty=NONE,
    )


NONE = "No address has more than one request in this selection. Choose a longer period or fewer filters."
CLUSTER_RULE = (
    f"A cluster has at least {MIN_CLUSTER_SIZE} requests within {CLUSTER_METERS} meters of one of them, plus "
    "all requests within that distance of any such request."
)
NO_CLUSTER = (
    f"No request in this selection has {MIN_CLUSTER_SIZE - 1} others within {CLUSTER_METERS} meters. "
    "Choose a longer period or fewer filters."
)


def _days(frame: DataFrame) -> DataFrame:
    return frame.assign(**{name: listed(frame[name]) for name in ("first_day", "last_day")})


def _said(frame: DataFrame, name: str, names: str) -> html.P:
    """The place with the most requests, and how many of all rows are shown."""
    more = f" Shown: the top {SHOWN} of {text.number(len(frame))} {names}; the files have all of them."
    rest = more if len(frame) > SHOWN else ""
    return html.P(_leader(frame, name) + rest, className="list-note")


def _leader(frame: DataFrame, name: str) -> str:
    if not len(frame):
        return ""
    top = frame.iloc[0]
    return f"Most: {top[name]}, {text.plural(int(top['requests']), 'request')}."


def clusters(warehouse: Warehouse, selection: Selection) -> CardContent:
    frame = places.clusters(warehouse, selection.filters)
    rows = table(frame.head(SHOWN), spoken(warehouse, BY_CLUSTER), label="Clusters", links=[])
    files = downloads(_files("clusters", selection.search), f"all {text.number(len(frame))} clusters")
    return CardContent(frame, parts=[_said(frame, "around", "clusters"), rows, files], why_empty=NO_CLUSTER)


def _files(card: str, search: str) -> dict[str, str]:
    query = f"?{search}" if search else ""
    return {"CSV": f"/csv/addresses/{card}.csv{query}", "Excel": f"/xlsx/addresses/{card}.xlsx{query}"}


def city_map(warehouse: Warehouse, selection: Selection) -> CardContent:
    """Circles for the addresses and the clusters with the most requests."""
    by_address = places.addresses(warehouse, selection.filters)
    located = by_address[by_address["latitude"].notna()].head(SHOWN)
    found = places.clusters(warehouse, selection.filters).head(SHOWN)
    polygons = reference.polygons(warehouse)
    links = [list_link(selection, address=address) for address in located["address"]]
    layers = [
        points.Layer("Clusters", found, _hover(found, "around"), [""] * len(found)),
        points.Layer("Addresses", located, _hover(located, "address"), links),
    ]
    bounds = maps.bounds_of(list(polygons["polygon"]), warehouse.facts().city.bounds)
    figure = points.circles(list(polygons["polygon"]), layers, bounds=bounds)
    frame = located[["address", "council", "requests", "latitude", "longitude"]]
    parts = [text.plural(len(located), "address", "addresses")]
    parts += [text.plural(len(found), "cluster")] if len(found) else []
    shown = f"Shown: {text.listed(parts)} with the most requests."
    summary = f"{shown} Choose an address to see its requests."
    return CardContent(frame, summary, figure, lists=links, why_empty=NONE)


def _hover(frame: DataFrame, name: str) -> list[str]:
    return [
        f"{place}<br>{text.plural(requests, 'request')}, {text.number(open_now)} open"
        for place, requests, open_now in frame[[name, "requests", "open"]].itertuples(index=False)
    ]


REPORT = Report(
    path=PAGE,
    title="Addresses and hot spots",
    menu="Addresses",
    purpose="Where the same type is requested repeatedly: addresses and clusters.",
    order=9,
    controls=(
        controls.types(default=controls.busiest(TYPE), at_most=12),
        controls.Period(months=6),
        comparison.compare(),
        controls.councils(),
        controls.regions(),
        controls.districts(),
        controls.agencies(),
        controls.sources(),
        controls.INFORMATION,
    ),
    rules=(
        "Addresses are as published, in capital letters; a different spelling is a different address.",
        CLUSTER_RULE,
        "Each address is compared with itself in the other period; clusters are not compared.",
        "Several requests at one place may report the same thing: each of them counts.",
        report.OPEN_RULE,
        *report.COUNTING_RULES,
        report.FULL_DAY_RULE,
    ),
    picture="map",
    cards=(
        Card("numbers", "At a glance", numbers, is_wide=True, height=130),
        Card("addresses", "Addresses with the most requests", ranking, is_wide=True, height=500),
        Card("map", "Map", city_map, is_wide=True, height=maps.HEIGHT),
        Card("clusters", "Clusters", clusters, is_wide=True, height=400),
    ),
)
