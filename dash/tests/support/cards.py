"""The rows behind a card, as plain values."""

from __future__ import annotations

from typing import Any

from data import request_list
from data.frames import records, visible
from data.warehouse import Warehouse
from pages import requests_list
from report_kit.content import CardContent
from report_kit.list_query import query_of
from report_kit.report import Report
from report_kit.selection import Selection


def card(warehouse: Warehouse, report: Report, name: str, search: str = "") -> CardContent:
    """A card of a report for the query of a URL."""
    found = report.card(name)
    assert found is not None, name
    return report.content(found, warehouse, Selection.of(report.controls, search, warehouse))


def rows(content: CardContent) -> list[list[Any]]:
    """The rows of the CSV file; days are ISO text."""
    return [list(row.values()) for row in records(visible(content.frame))]


def dicts(content: CardContent) -> list[dict[str, Any]]:
    return records(content.frame)


def column(content: CardContent, name: str) -> list[Any]:
    return [row[name] for row in dicts(content)]


def total(content: CardContent, name: str = "requests") -> int:
    return sum(column(content, name))


def figures(content: CardContent) -> dict[str, Any]:
    """Named figures of a card with large numbers."""
    return {row["figure"]: row["value"] for row in dicts(content)}


def listed(warehouse: Warehouse, link: str) -> int:
    """How many requests the list behind a link has."""
    selection = Selection.of(requests_list.REPORT.controls, link.partition("?")[2], warehouse)
    return request_list.total(warehouse, query_of(warehouse, selection))
