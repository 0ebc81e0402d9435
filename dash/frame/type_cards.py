"""Cards about request types that several reports have."""

from __future__ import annotations

from data import counts, reference
from data.filters import TYPE
from data.source import Source
from data.table import Table
from figures import charts
from figures.colors import OTHERS, type_colors
from frame import words
from frame.report import Build
from frame.selection import Selection
from frame.shown import Shown

SLICES = 11
LINES = 8


def slices(path: str, unit: str = "requests") -> Build:
    """Shares of the types as a ring; a slice leads to the report at ``path``, narrowed down to its types."""

    def build(source: Source, selection: Selection) -> Shown:
        table = counts.with_others(counts.by(source, TYPE, selection.filters), "type", SLICES)
        colors = type_colors(reference.types(source))
        figure = charts.donut(
            table.column("type"),
            table.column("requests"),
            unit=unit,
            colors=[colors.get(ids[0], OTHERS) if len(ids) == 1 else OTHERS for ids in table.column("_ids")],
            links=[path + selection.with_ids(TYPE, ids) for ids in table.column("_ids")],
        )
        return Shown(table, words.leader(table, "type"), figure)

    return build


def lines_a_day(source: Source, selection: Selection) -> Shown:
    """A line a type, day by day; small types together."""
    table = largest(counts.by_over_time(source, TYPE, "day", selection.filters), LINES)
    colors = type_colors(reference.types(source))
    series: dict[str, list[dict[str, object]]] = {}
    for row in table:
        series.setdefault(row["type"], []).append(row)
    figure = charts.lines(
        [
            (name, [row["day"] for row in rows], [row["requests"] for row in rows])
            for name, rows in series.items()
        ],
        unit="requests",
        colors=[colors.get(rows[0]["_id"], OTHERS) for rows in series.values()],  # type: ignore[call-overload]
    )
    summary = f"Requests a day by type: {words.listed(list(series))}."
    return Shown(table, summary, figure)


def largest(table: Table, groups: int) -> Table:
    """Rows of type and day: the largest types, and all others added up day by day as one."""
    order = list(dict.fromkeys(table.column("_id")))
    rest = set(order[groups:])
    if len(rest) < 2:
        return table
    others: dict[str, int] = {}
    for row in table:
        if row["_id"] in rest:
            others[row["day"]] = others.get(row["day"], 0) + row["requests"]
    name = f"Others ({len(rest)})"
    kept = [row for row in table if row["_id"] not in rest]
    added = [{"day": day, "type": name, "requests": number, "_id": None} for day, number in others.items()]
    return table.keep([*kept, *added])
