"""A card of a report: its figure, its summary, its rows as a table and as CSV."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import dash_ag_grid as dag
import orjson
from dash import dcc, html
from dash.development.base_component import Component
from pandas import DataFrame

from data.facts import City
from data.frames import records, visible
from figures import theme
from report_kit import definitions
from report_kit.attributes import aria, data
from report_kit.content import TABLE_ROWS, CardContent, Number
from report_kit.definitions import DEFINITIONS
from report_kit.report import Card, Report
from report_kit.selection import CARD, parameters
from report_kit.states import empty, skeleton
from report_kit.text import number, plural

PRINTED_ROWS = 1_000
GRID_ROWS = 20
CELL_LETTERS = 240
REQUEST = "sr_number"
WRAPPED = {"lineHeight": 1.4, "paddingBlock": 6, "display": "flex", "alignItems": "center"}
# Colors of the style sheet, so that grids follow the color scheme.
GRID_THEME = (
    "themeQuartz.withParams({backgroundColor: 'var(--card)', foregroundColor: 'var(--ink)', "
    "headerTextColor: 'var(--ink)', headerBackgroundColor: 'var(--card)', borderColor: 'var(--line)', "
    "rowHoverColor: 'var(--paper)', fontFamily: 'inherit', fontSize: 13, accentColor: 'var(--link)'})"
)


def frame_of(report: Report, card: Card, city: City, body: Sequence[Component] | None = None) -> Component:
    """The card around its content; if that is missing, ``assets/near.js`` loads it later."""
    identity = report.card_id(card)
    parts: list[Component] = [html.H2(city.phrase(card.title), id=f"{identity}--title")]
    if card.note:
        parts.append(html.P(city.spoken(card.note), className="note"))
    shown = skeleton(card.height) if body is None else body
    is_near = data(near="" if body is None else "yes")
    parts.append(html.Div(shown, id=identity, className="card-body", **is_near))
    classes = "card card-wide" if card.is_wide else "card"
    return html.Section(parts, className=classes, **aria(labelledby=f"{identity}--title"))


def body_of(report: Report, card: Card, content: CardContent, search: str, city: City) -> list[Component]:
    """The components that show the content of a card."""
    if content.is_empty:
        return [empty(content.why_empty)]
    if content.parts:
        return list(content.parts)
    if content.numbers:
        numbers = html.Dl([_number(item, city) for item in content.numbers], className="numbers")
        return [numbers, _foot(report, card, search, city)]
    if content.columns:
        summary = html.P(content.summary, className="summary")
        printed = _rows(replace(content, links={}, lists=()), PRINTED_ROWS, className="rows rows-printed")
        return [summary, _grid(report, card, content), *printed, _foot(report, card, search, city)]
    rows = _rows(content, TABLE_ROWS, className="rows")
    if content.map:
        return [_map(content), _foot(report, card, search, city, [_details(rows)])]
    return [_figure(report, card, content, city), _foot(report, card, search, city, [_details(rows)])]


def _number(item: Number, city: City) -> Component:
    value = dcc.Link(item.value, href=item.href) if item.href else item.value
    note = [html.Dd(item.note, className="number-note")] if item.note else []
    about = [_definition(item, city)] if item.about else []
    return html.Div([html.Dt([item.label, *about]), html.Dd(value, className="number"), *note])


def _definition(item: Number, city: City) -> Component:
    """The definition of a number, behind a question mark; on paper it is printed once per page."""
    found = DEFINITIONS[item.about]
    sign = html.Summary("?", **aria(label=f"What “{item.label}” means"))
    more = dcc.Link("All definitions", href=f"{definitions.PATH}#{item.about}")
    text = html.P([city.phrase(found.text), " ", more])
    return html.Details([sign, text], className="about")


def _figure(report: Report, card: Card, content: CardContent, city: City) -> Component:
    identity = report.card_id(card)
    graph = dcc.Graph(
        id={"graph": identity},
        figure=content.figure,
        config=theme.CONFIG,
        style={"height": (content.figure or {}).get("layout", {}).get("height", theme.HEIGHT)},
    )
    picture = html.Div(graph, role="img", **aria(labelledby=f"{identity}--title"))
    box: dict[str, Any] = {"className": "picture"}
    if content.is_scrollable:
        label = f"{city.phrase(card.title)}, scrollable"
        box = {"className": "picture picture-scrolls", "tabIndex": 0, "role": "region", **aria(label=label)}
    return html.Figure([html.Div(picture, **box), html.Figcaption(content.summary, className="summary")])


def _map(content: CardContent) -> Component:
    """``assets/map.js`` draws a map into the box, and keeps the map if only the data of the box change."""
    box = html.Div(
        className="city-map", **data(map=orjson.dumps(content.map, option=orjson.OPT_NON_STR_KEYS).decode())
    )
    return html.Figure([box, html.Figcaption(content.summary, className="summary")])


def _grid(report: Report, card: Card, content: CardContent) -> Component:
    rows = records(visible(content.frame))
    return dag.AgGrid(
        id={"grid": report.card_id(card)},
        rowData=[{name: _short(value) for name, value in row.items()} for row in rows],
        columnDefs=list(content.columns),
        defaultColDef={"sortable": True, "resizable": True, "filter": len(rows) > GRID_ROWS, "width": 110},
        dashGridOptions={
            "pagination": len(rows) > GRID_ROWS,
            "paginationPageSize": GRID_ROWS,
            "paginationPageSizeSelector": [20, 50, 100],
            "domLayout": "autoHeight",
            "ensureDomOrder": True,
            "enableCellTextSelection": True,
            "animateRows": False,
            "theme": {"function": GRID_THEME},
        },
        className="grid",
        style={"height": None, "width": "100%"},
    )


def grid_columns(
    frame: DataFrame,
    titles: Mapping[str, str] | None = None,
    *,
    wide: str = "",
    widths: Mapping[str, int] | None = None,
) -> list[dict[str, Any]]:
    """Grid columns in the order of the frame; numbers align right, ``wide`` takes the remaining width.

    SR numbers link to the page of their request, by ``assets/grid.js``.
    """
    found = []
    for name in visible(frame):
        title = (titles or {}).get(name, heading(name))
        column: dict[str, Any] = {"field": name, "headerName": title}
        if name == wide:
            column |= {"flex": 1, "minWidth": 220, "wrapText": True, "autoHeight": True}
            column |= {"cellStyle": WRAPPED}
        elif frame[name].dtype.kind in "iuf":
            column |= {"type": "numericColumn", "width": 95}
        elif name in (widths or {}):
            column |= {"wrapText": True, "autoHeight": True, "cellStyle": WRAPPED}
        if name == REQUEST:
            column["cellRenderer"] = "RequestLink"
        found.append(column | ({"width": widths[name]} if widths and name in widths else {}))
    return found


def _short(value: Any) -> Any:
    """Long text is truncated with an ellipsis; the CSV file has all of it."""
    return value[:CELL_LETTERS] + "…" if isinstance(value, str) and len(value) > CELL_LETTERS else value


def _details(rows: list[Component]) -> Component:
    return html.Details([html.Summary("Show as table"), *rows])


def _rows(content: CardContent, at_most: int, className: str) -> list[Component]:  # noqa: N803
    """The rows as data; ``assets/rows.js`` builds the table when it is opened or printed.

    The first cell links to its report, the first number to the list of its requests.
    """
    shown = visible(content.frame)
    rows = [list(row.values()) for row in records(shown.head(at_most))]
    table = {
        "columns": [heading(name) for name in shown],
        "rows": [[_text(value) for value in row] for row in rows],
        "links": [content.links.get(row[0], "") for row in rows] if content.links else [],
        "lists": list(content.lists[:at_most]),
        "counted": next((place for place, name in enumerate(shown) if shown[name].dtype.kind in "iuf"), -1),
    }
    more = len(shown) - at_most
    left_out = f"The CSV file has {plural(more, 'more row')}."
    rest = [html.P(left_out, className="note")] if more > 0 else []
    box = html.Div(
        className=className,
        tabIndex=0,
        role="region",
        **aria(label="Rows of the figure"),
        **data(rows=orjson.dumps(table).decode()),
    )
    return [box, *rest]


def _foot(report: Report, card: Card, search: str, city: City, more: Sequence[Component] = ()) -> Component:
    address = csv_address(report, card, search)
    label = f"Download the data of “{city.phrase(card.title)}” as CSV"
    download = html.A("CSV", href=address, className="csv", **aria(label=label))
    alone = html.A("Figure alone", href=card_address(report, card, search), className="alone")
    return html.Div([*more, alone, download], className="card-foot")


def card_address(report: Report, card: Card, search: str) -> str:
    """The URL of a single card, for the same selection; with ``embed=1`` other sites can frame it."""
    given = parameters(search) | {CARD: card.name}
    return f"{report.path}?{urlencode(given, safe=',')}"


def csv_address(report: Report, card: Card, search: str) -> str:
    """The URL of a card's rows, for the same selection."""
    query = f"?{search.lstrip('?')}" if search.lstrip("?") else ""
    return f"/csv/{report.name}/{card.name}.csv{query}"


def heading(column: str) -> str:
    """``requests_a_day`` becomes "Requests a day"."""
    return column.replace("_", " ").capitalize()


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, int | float):
        return "" if value is None else str(value)
    return number(value)
