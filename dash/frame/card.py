"""A card of a report: its figure, its words, its rows as a table and as CSV."""

from __future__ import annotations

from typing import Any

import dash_ag_grid as dag
import dash_mantine_components as dmc
import orjson
from dash import dcc, html
from dash.development.base_component import Component

from data.table import Table
from figures import theme
from frame.attributes import aria, data
from frame.report import Card, Report
from frame.shown import Number, Shown
from frame.states import empty, skeleton
from frame.words import number

TABLE_ROWS = 40
GRID_ROWS = 20
CELL_LETTERS = 240
# Colours of the style sheet, so that grids follow light and dark.
GRID_THEME = (
    "themeQuartz.withParams({backgroundColor: 'var(--card)', foregroundColor: 'var(--ink)', "
    "headerTextColor: 'var(--ink)', headerBackgroundColor: 'var(--card)', borderColor: 'var(--line)', "
    "rowHoverColor: 'var(--paper)', fontFamily: 'inherit', fontSize: 13, accentColor: 'var(--link)'})"
)


def frame_of(report: Report, card: Card) -> Component:
    """The card before its content has come."""
    identity = report.card_id(card)
    parts: list[Component] = [html.H2(card.title, id=f"{identity}--title")]
    if card.note:
        parts.append(html.P(card.note, className="note"))
    is_near = data(near="yes" if report.is_first(card) else "")
    parts.append(html.Div(skeleton(card.height), id=identity, className="card-body", **is_near))
    classes = "card card-wide" if card.is_wide else "card"
    return html.Section(parts, className=classes, **aria(labelledby=f"{identity}--title"))


def content(report: Report, card: Card, shown: Shown, search: str) -> list[Component]:
    """What goes into the card when its rows are known."""
    if shown.is_empty:
        return [empty(shown.why_empty)]
    if shown.numbers:
        return [
            html.Dl([_number(item) for item in shown.numbers], className="numbers"),
            _foot(report, card, search),
        ]
    if shown.columns:
        return [
            html.P(shown.summary, className="summary"),
            _grid(report, card, shown),
            _foot(report, card, search),
        ]
    picture = _figure(report, card, shown)
    return [picture, _foot(report, card, search, _rows(shown.table))]


def _number(item: Number) -> Component:
    value = dcc.Link(item.value, href=item.href) if item.href else item.value
    note = [html.Dd(item.note, className="number-note")] if item.note else []
    return html.Div([html.Dt(item.label), html.Dd(value, className="number"), *note])


def _figure(report: Report, card: Card, shown: Shown) -> Component:
    graph = dcc.Graph(
        id={"graph": report.card_id(card)},
        figure=shown.figure,
        config=theme.CONFIG,
        style={"height": (shown.figure or {}).get("layout", {}).get("height", theme.HEIGHT)},
    )
    picture = html.Div(graph, role="img", **aria(label=f"{card.title}. {shown.summary}"))
    box: dict[str, Any] = {"className": "picture"}
    if shown.is_scrollable:
        label = f"{card.title}, scrollable"
        box = {"className": "picture picture-scrolls", "tabIndex": 0, "role": "region", **aria(label=label)}
    return html.Figure([html.Div(picture, **box), html.Figcaption(shown.summary, className="summary")])


def _grid(report: Report, card: Card, shown: Shown) -> Component:
    return dag.AgGrid(
        id={"grid": report.card_id(card)},
        rowData=[{name: _short(value) for name, value in row.items()} for row in shown.table.shown()],
        columnDefs=list(shown.columns),
        defaultColDef={"sortable": True, "resizable": True, "filter": True, "maxWidth": 420},
        columnSize="autoSize",
        dashGridOptions={
            "pagination": True,
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


def _short(value: Any) -> Any:
    """Long text cut, with a sign; the CSV file has all of it."""
    return value[:CELL_LETTERS] + "…" if isinstance(value, str) and len(value) > CELL_LETTERS else value


def _rows(table: Table) -> list[Component]:
    """The rows as text; ``assets/rows.js`` makes a table of them when it is opened."""
    shown = table.shown()
    text = {
        "columns": [_words(name) for name in shown.columns],
        "rows": [[_text(value) for value in row] for row in shown.rows[:TABLE_ROWS]],
    }
    more = len(shown) - TABLE_ROWS
    rest = [html.P(f"{number(more)} more rows are in the CSV file.", className="note")] if more > 0 else []
    box = html.Div(
        className="rows",
        tabIndex=0,
        role="region",
        **aria(label="Rows of the figure"),
        **data(rows=orjson.dumps(text).decode()),
    )
    return [html.Details([html.Summary("Show as table"), box, *rest])]


def _foot(report: Report, card: Card, search: str, more: list[Component] | None = None) -> Component:
    address = csv_address(report, card, search)
    label = f"Download the data of “{card.title}” as CSV"
    download = html.A("CSV", href=address, download="", className="csv", **aria(label=label))
    return html.Div([*(more or []), download], className="card-foot")


def csv_address(report: Report, card: Card, search: str) -> str:
    """Where the rows of a card are, for the same selection."""
    query = f"?{search.lstrip('?')}" if search.lstrip("?") else ""
    return f"/csv/{report.name}/{card.name}.csv{query}"


def _words(column: str) -> str:
    return column.replace("_", " ").capitalize()


def _text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "" if value is None else str(value)
    return number(value)


def picture_of(report: Report, shown: Shown, figure: theme.Figure) -> Component:
    """A small picture of a report, which leads to it."""
    graph = dcc.Graph(figure=figure, config=theme.STATIC, style={"height": 130})
    return dmc.Box(html.Div(graph, role="img", **aria(label=f"{report.title}: {shown.summary}")))
