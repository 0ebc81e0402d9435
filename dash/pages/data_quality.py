"""Data quality and freshness: what the last nights loaded, refused and found, and how old the data are."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from data import nights
from data.source import Source
from data.table import Table
from figures import charts
from figures.colors import ACCENT, SECOND
from frame import words
from frame.report import Card, Report
from frame.selection import Selection
from frame.shown import Number, Shown

NO_NIGHTS = "No load has run yet. `python flow.py` in prefect/, or `make ingest`, runs one."
NOTHING_REFUSED = "No row is refused: everything that the city published could be read."


def numbers(source: Source, _: Selection) -> Shown:
    facts = source.facts()
    runs = nights.runs(source)
    last = next(iter(runs), None)
    served = nights.served(source)
    refused = nights.refused(source).total("rows")
    rows = [
        ("last_successful_load", facts.loaded_at.isoformat() if facts.loaded_at else None),
        ("last_run_status", last["status"] if last else None),
        ("last_full_day", facts.last_day.isoformat() if facts.last_day else None),
        ("requests", served),
        ("refused_rows", refused),
        ("generation", facts.generation),
    ]
    shown = [
        Number(
            "Age of the data",
            words.age(facts.age) if facts.age else "none",
            "since the last load that succeeded",
        ),
        Number("Last run", last["status"] if last else "none", words.moment(_time(last)) if last else ""),
        Number("Last full day", words.day(facts.last_day) if facts.last_day else "none"),
        Number("Requests served", words.number(served), "with a place; the running day included"),
        Number("Refused rows", words.number(refused), "not repaired by the city since"),
        Number(
            "Generation",
            words.number(facts.generation),
            "of the data; grows with each load that changed them",
        ),
    ]
    return Shown(Table.of(("figure", "value"), rows), "", numbers=shown)


def loaded(source: Source, _: Selection) -> Shown:
    runs = list(nights.runs(source))[::-1]
    table = nights.runs(source).keep(runs)
    names = [f"{_time(row):%b %-d, %H:%M}" for row in runs]
    figure = charts.stacked(
        names,
        [
            ("New", table.column("rows_inserted"), ACCENT),
            ("Updated", table.column("rows_updated"), "#79B74E"),
            ("Refused", table.column("rows_refused"), SECOND),
        ],
        unit="rows",
    )
    failed = sum(row["status"] == "failed" for row in runs)
    summary = (
        f"{words.plural(len(runs), 'run')}, of which {words.number(failed)} failed. Times are the city's."
    )
    return Shown(table, summary, figure, why_empty=NO_NIGHTS)


def runs(source: Source, _: Selection) -> Shown:
    table = nights.runs(source)
    return Shown(
        table,
        "The newest run first. Times are the city's.",
        columns=_columns(table, wide="message"),
        why_empty=NO_NIGHTS,
    )


def checks(source: Source, _: Selection) -> Shown:
    table = nights.checks(source)
    bad = [row["name"] for row in table if row["status"] not in ("ok", "pass")]
    summary = f"To look at: {words.listed(bad)}." if bad else "Every check of the last load is well."
    why = "The last load left no quality report."
    return Shown(table, summary, columns=_columns(table, wide="meaning"), why_empty=why)


def refused(source: Source, _: Selection) -> Shown:
    table = nights.refused_by_reason(source)
    figure = charts.horizontal_bars(table.column("reason"), table.column("rows"), unit="rows", color=SECOND)
    summary = f"{words.plural(table.total('rows'), 'row')} refused, for {words.plural(len(table), 'reason')}."
    return Shown(table, summary, figure, why_empty=NOTHING_REFUSED)


def refused_by_dataset(source: Source, _: Selection) -> Shown:
    table = nights.refused(source)
    summary = "Where the refused rows come from."
    return Shown(table, summary, columns=_columns(table, wide="reason"), why_empty=NOTHING_REFUSED)


def datasets(source: Source, _: Selection) -> Shown:
    table = nights.datasets(source)
    summary = "Each dataset of the city's portal, and how far it has been read. Times are the city's."
    return Shown(table, summary, columns=_columns(table, wide="title"), why_empty=NO_NIGHTS)


def log(source: Source, _: Selection) -> Shown:
    table = nights.log(source)
    summary = f"The last {nights.LOG_LINES} lines, the newest first. Times are the city's."
    return Shown(table, summary, columns=_columns(table, wide="message"), why_empty=NO_NIGHTS)


def _time(row: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(row["started_at"]).replace(tzinfo=words.CITY)


def _columns(table: Table, wide: str) -> list[dict[str, Any]]:
    """Grid columns in the order of the table; numbers to the right, the wide one wraps."""
    found = []
    for name in table.columns:
        column: dict[str, Any] = {"field": name, "headerName": name.replace("_", " ").capitalize()}
        if name == wide:
            column |= {"flex": 1, "minWidth": 260, "maxWidth": 900, "wrapText": True, "autoHeight": True}
            column |= {"cellStyle": {"lineHeight": 1.4, "paddingBlock": 6}}
        elif any(isinstance(value, int) for value in table.column(name)):
            column |= {"type": "numericColumn"}
        found.append(column)
    return found


REPORT = Report(
    path="/data-quality",
    title="Data quality",
    purpose="How old the data are, what the last nights loaded, refused and found, and what the checks say.",
    order=8,
    rules=(
        "Every night the city's portal is read, and what changed since is merged.",
        "A row that cannot be right is refused with its reason, and never counted.",
        "Requests without a place in the city are stored, but not counted elsewhere; see the checks.",
        "This page reads the runs as they are now; the other reports change with the generation of the data.",
    ),
    covers="nothing",
    picture="loaded",
    cards=(
        Card("numbers", "In numbers", numbers, is_wide=True, height=130),
        Card("loaded", "Rows of the last nights", loaded, is_wide=True),
        Card("checks", "Checks of the last load", checks, is_wide=True),
        Card("refused", "Refused rows by reason", refused),
        Card("refused-by-dataset", "Refused rows by dataset", refused_by_dataset),
        Card("runs", "Runs", runs, is_wide=True),
        Card("datasets", "Datasets of the portal", datasets, is_wide=True),
        Card("log", "Log", log, is_wide=True),
    ),
)
