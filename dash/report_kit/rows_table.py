"""A table that ``assets/list.js`` builds, with sortable headings and links in its first column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote

import orjson
from dash import html
from dash.development.base_component import Component
from pandas import DataFrame

from data.frames import records
from report_kit.attributes import aria, data
from report_kit.text import number


class Column(NamedTuple):
    """``sort`` is the value of the sort control without its direction; empty for unsortable columns."""

    name: str
    title: str
    sort: str = ""


def table(
    frame: DataFrame,
    columns: Sequence[Column],
    *,
    label: str,
    links: Sequence[str],
    report: str = "",
    sort: str = "",
) -> Component:
    """The rows of the frame; ``links`` has the URL of each row. Headings sort the page of ``report``."""
    shown = {
        "report": report,
        "sort": sort,
        "columns": [{"title": column.title, "sort": column.sort} for column in columns],
        "rows": [[_text(row[column.name]) for column in columns] for row in records(frame)],
        "links": list(links),
    }
    return html.Div(
        className="list",
        tabIndex=0,
        role="region",
        **aria(label=label),
        **data(list=orjson.dumps(shown).decode()),
    )


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return number(value)
    return value or ""


def request_link(sr_number: str) -> str:
    """The page of one request."""
    return f"/request/{quote(sr_number, safe='')}"


def downloads(addresses: Mapping[str, str], subject: str) -> Component:
    """Links to files: name of the format → URL.

    They have no attribute ``download``: with it, browsers would not show the text of a failure.
    """
    links = [
        html.A(name, href=address, className="csv", **aria(label=f"Download {subject} as {name}"))
        for name, address in addresses.items()
    ]
    return html.Div(links, className="card-foot list-files")
