"""Data quality and freshness: what the last runs loaded and rejected, their checks, and the data's age."""

from __future__ import annotations

from datetime import timedelta

from pandas import DataFrame

from data import history, runs
from data.filters import Filters
from data.frames import figures
from data.warehouse import Warehouse
from figures import charts
from figures.colors import ACCENT, SECOND, THIRD
from report_kit import text
from report_kit.card import grid_columns
from report_kit.content import CardContent, Number, nothing
from report_kit.report import Card, Report
from report_kit.selection import Selection

NO_RUNS = "No ingest run has been recorded yet. Run `python flow.py` in prefect/, or `make ingest`."
NOTHING_REJECTED = "No rows were rejected: every published row could be read."
TITLES = {f"rows_{what}": what.capitalize() for what in ("read", "inserted", "updated", "unchanged")}
TITLES |= {"rows_rejected": "Rejected", "rows_retired": "Retired", "rows_published": "Published"}
WIDTHS = {"check": 140, "limits": 260, "value": 95, "status": 80, "dataset": 110, "message": 220}
REWRITTEN_DAYS = 30
REWRITTEN = {
    "gone": "Deleted",
    "returned": "Returned",
    "reopened": "Reopened",
    "otherwise_changed": "Rewritten",
}
NOTHING_REWRITTEN = f"No run has found a change in the last {REWRITTEN_DAYS} days."
TIMES = ["started_at", "newest_change", "read_at", "created_time"]


def numbers(warehouse: Warehouse, _: Selection) -> CardContent:
    facts, last = warehouse.facts(), runs.recent(warehouse).head(1)
    served, rejected = runs.served(warehouse), int(runs.rejected(warehouse)["rows"].sum())
    status = last["status"].iloc[0] if len(last) else "none"
    started = f"{last['started_at'].iloc[0]:%b %-d, %Y, %-I:%M %p}" if len(last) else ""
    value = {
        "last_successful_load": facts.loaded_at.isoformat() if facts.loaded_at else None,
        "last_run_status": status,
        "last_full_day": facts.last_day.isoformat() if facts.last_day else None,
        **served,
        "rejected_rows": rejected,
        "generation": facts.generation,
    }
    shown = [
        Number(
            "Age of the data",
            text.age(facts.age) if facts.age else "none",
            "since the last published load",
        ),
        Number("Last run", status, started),
        Number("Last full day", text.day(facts.last_day) if facts.last_day else "none"),
        Number("Requests served", text.number(served["requests"]), "including the current day"),
        Number("Not on the map", text.number(served["unlocated"]), "of these, without a usable location"),
        Number(
            "Information calls", text.number(served["information"]), "served, but not counted as requests"
        ),
        Number("Rejected rows", text.number(rejected), "not yet corrected by the city"),
    ]
    return CardContent(figures(value), numbers=shown)


def loaded(warehouse: Warehouse, _: Selection) -> CardContent:
    frame = runs.recent(warehouse)[::-1]
    parts = {"New": "rows_inserted", "Updated": "rows_updated", "Rejected": "rows_rejected"}
    colors = (ACCENT, THIRD, SECOND)
    series = {name: (frame[parts[name]], color) for name, color in zip(parts, colors, strict=True)}
    figure = charts.stacked(frame["started_at"].dt.strftime("%b %-d, %H:%M"), series, unit="rows")
    of = {status: int((frame["status"] == status).sum()) for status in ("partial", "failed")}
    ended = (
        " and ".join(f"{number} {status}" for status, number in of.items() if number) or "none of them failed"
    )
    summary = f"{text.plural(len(frame), 'run')}, {ended}. Times are local city time."
    return CardContent(frame, summary, figure, why_empty=NO_RUNS)


def recent(warehouse: Warehouse, _: Selection) -> CardContent:
    return _grid(runs.recent(warehouse), "Newest run first. Times are local city time.", wide="message")


def checks(warehouse: Warehouse, _: Selection) -> CardContent:
    frame = runs.checks(warehouse)
    bad = frame[frame["status"] != "ok"]
    names = text.listed(list(bad["check"]), at_most=8)
    summary = f"Needs review: {names}." if len(bad) else f"All {len(frame)} checks passed."
    why = "No checks were recorded for the last run."
    return CardContent(
        frame, summary, columns=grid_columns(frame, wide="meaning", widths=WIDTHS), why_empty=why
    )


def rejected(warehouse: Warehouse, _: Selection) -> CardContent:
    frame = runs.rejected(warehouse).groupby("reason", sort=False, as_index=False)["rows"].sum()
    frame = frame.sort_values("rows", ascending=False, kind="stable", ignore_index=True)
    figure = charts.horizontal_bars(frame["reason"].tolist(), frame["rows"], unit="rows", color=SECOND)
    rows, reasons = text.plural(frame["rows"].sum(), "row"), text.plural(len(frame), "reason")
    return CardContent(frame, f"{rows} rejected, for {reasons}.", figure, why_empty=NOTHING_REJECTED)


def rejected_by_dataset(warehouse: Warehouse, _: Selection) -> CardContent:
    frame = runs.rejected(warehouse)
    summary = "Where the rejected rows come from."
    return CardContent(frame, summary, columns=grid_columns(frame, wide="reason"), why_empty=NOTHING_REJECTED)


def rewritten(warehouse: Warehouse, _: Selection) -> CardContent:
    last, since = warehouse.facts().last_day, history.first_day(warehouse)
    if last is None or since is None:
        return nothing(NO_RUNS if last is None else NOTHING_REWRITTEN)
    days = Filters(max(last - timedelta(days=REWRITTEN_DAYS - 1), min(since, last)), last)
    frame = history.by_day(warehouse, days, exclude_routine=True)
    frame = frame[["day", *REWRITTEN]][::-1].reset_index(drop=True)
    gone, returned = (int(frame[name].sum()) for name in ("gone", "returned"))
    deleted, within = text.plural(gone, "request"), text.plural(days.days, "day")
    summary = f"The city deleted {deleted} and published {text.number(returned)} again in {within}."
    columns = grid_columns(frame, REWRITTEN, wide="otherwise_changed")
    return CardContent(frame, summary, columns=columns, why_empty=NOTHING_REWRITTEN)


def datasets(warehouse: Warehouse, _: Selection) -> CardContent:
    frame = runs.datasets(warehouse)
    skipped = int((frame["status"] == "skipped").sum())
    problem = f" {text.plural(skipped, 'dataset')} skipped." if skipped else ""
    return _grid(frame, f"The portal's datasets, and how far each has been read.{problem}", wide="title")


def log(warehouse: Warehouse, _: Selection) -> CardContent:
    summary = f"The last {runs.LOG_LINES} lines, newest first. Times are local city time."
    return _grid(runs.log(warehouse), summary, wide="message")


def _grid(frame: DataFrame, summary: str, wide: str) -> CardContent:
    """A grid with times to the minute."""
    times = {name: frame[name].dt.strftime("%Y-%m-%d %H:%M") for name in TIMES if name in frame}
    columns = grid_columns(frame, TITLES, wide=wide, widths=WIDTHS | dict.fromkeys(times, 150))
    return CardContent(frame.assign(**times), summary, columns=columns, why_empty=NO_RUNS)


REPORT = Report(
    path="/data-quality",
    title="Data quality",
    purpose="How old the data is, what the last runs loaded and rejected, and the result of every check.",
    order=13,
    rules=(
        "The nightly run reads the city's portal and merges the changes.",
        "An invalid row is rejected with a reason, and never counted.",
        "A dataset that cannot be read is skipped: the run is partial, and the other datasets are served.",
        "A failed check stops the run before anything changes.",
        "This page shows the current state of the runs; other reports change only when a run is published.",
    ),
    covers="nothing",
    is_live=True,
    picture="loaded",
    cards=(
        Card("numbers", "At a glance", numbers, is_wide=True, height=130),
        Card("loaded", "Rows per ingest run", loaded, is_wide=True),
        Card("checks", "Checks of the last run", checks, is_wide=True),
        Card("rejected", "Rejected rows by reason", rejected),
        Card("rejected-by-dataset", "Rejected rows by dataset", rejected_by_dataset),
        Card("rewritten", "What the city deleted or rewrote", rewritten, is_wide=True),
        Card("runs", "Runs", recent, is_wide=True),
        Card("datasets", "Datasets of the portal", datasets, is_wide=True),
        Card("log", "Log", log, is_wide=True),
    ),
)
