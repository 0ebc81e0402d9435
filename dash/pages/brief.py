"""Council brief: the briefs of one council, by week and by month."""

from __future__ import annotations

from collections.abc import Sequence

from dash.development.base_component import Component
from pandas import DataFrame

from data import reference
from data.counts import count
from data.filters import COUNCIL, Filters
from data.frames import daily, figures
from data.warehouse import Warehouse
from figures import charts
from report_kit import controls, periods, report, text
from report_kit.content import CardContent, Number
from report_kit.periods import Period
from report_kit.report import Card, Report
from report_kit.rows_table import Column, table
from report_kit.selection import Selection

PAGE = "/brief"
WEEKS, MONTHS = 13, 12
COLUMNS = (
    Column("name", "Period"),
    Column("days", "Dates"),
    Column("requests", "New requests"),
    Column("change", "Change"),
)


def _address(council: int, period: Period) -> str:
    return f"{PAGE}/{council}?{period.query}"


def _periods(warehouse: Warehouse, kind: str, number: int) -> list[Period]:
    """The current period so far and the whole ones before it, newest first."""
    facts = warehouse.facts()
    if facts.last_day is None or facts.first_day is None:
        return []
    newest = periods.of_day(kind, facts.last_day, facts.last_day)
    return [
        period for period, _ in zip(periods.going_back(newest, facts.first_day), range(number), strict=False)
    ]


def _counted(warehouse: Warehouse, selection: Selection, kind: str, number: int) -> DataFrame:
    """Columns: name, first (day), days, requests, change (in words), _link; newest first."""
    shown = _periods(warehouse, kind, number)
    council = _known_council(warehouse, selection)
    if not shown or council is None:
        return DataFrame(columns=["name", "first", "days", "requests", "change"])
    first, last = shown[-1].before().first, shown[0].last
    found = Filters(first, last, councils=(council,))
    days = daily(count(warehouse, found, "day"), first, last)
    rows = [
        {
            "name": period.title.partition(", ")[0] if kind == "week" else text.month(period.first),
            "first": period.first.isoformat(),
            "days": text.span(period.first, period.last),
            "requests": int(days[str(period.first) : str(period.last)].sum()),
            "_before": int(days[str(period.before().first) : str(period.before().last)].sum()),
            "_link": _address(council, period),
        }
        for period in shown
    ]
    frame = DataFrame(rows)
    known = warehouse.facts().first_day
    change = [
        text.change(now, then, period.compared) if known and period.before().first >= known else "not loaded"
        for now, then, period in zip(frame["requests"], frame["_before"], shown, strict=True)
    ]
    return frame.assign(change=change)


def related(warehouse: Warehouse, selection: Selection) -> tuple[str, str] | None:
    """The brief of the last whole week, for reports on one council; None if there is no such council."""
    council = _known_council(warehouse, selection)
    return None if council is None else ("One-page brief of the last whole week", f"{PAGE}/{council}")


def _known_council(warehouse: Warehouse, selection: Selection) -> int | None:
    known = set(reference.councils(warehouse)["council_id"])
    return next((one for one in selection.filters.councils if one in known), None)


def numbers(warehouse: Warehouse, selection: Selection) -> CardContent:
    """The new requests of the last whole week."""
    facts = warehouse.facts()
    weeks = _counted(warehouse, selection, "week", 2)
    whole = periods.last_whole("week", facts.last_day or selection.last)
    week = weeks[weeks["first"] == whole.first.isoformat()]
    if not len(week):
        return CardContent(week)
    row = week.iloc[0]
    shown = [
        Number(
            f"New requests, week of {text.day(whole.first)}",
            text.number(row["requests"]),
            row["change"],
            row["_link"],
        )
    ]
    return CardContent(figures({"week": whole.name, "requests": row["requests"]}), numbers=shown)


def by_week(warehouse: Warehouse, selection: Selection) -> CardContent:
    """Bars by week; each links to its brief."""
    frame = _counted(warehouse, selection, "week", WEEKS).iloc[::-1]
    if not frame["requests"].sum():
        return CardContent(frame.head(0))
    partial = [False] * (len(frame) - 1) + [_periods(warehouse, "week", 1)[0].is_partial]
    figure = charts.bars(
        [name.removeprefix("Week ") for name in frame["name"]],
        frame["requests"],
        unit="requests",
        partial=partial,
        hover=[f"{row.name}, {row.days}" for row in frame.itertuples()],
        links=frame["_link"].tolist(),
    )
    top = frame.loc[frame["requests"].idxmax()]
    most = f"Most: {text.number(top['requests'])} in {_lower(top['name'])}."
    summary = f"{most} Choose a bar to open the brief of that week."
    return CardContent(frame[["name", "days", "requests"]], summary, figure, lists=frame["_link"].tolist())


def _lower(name: str) -> str:
    return name[:1].lower() + name[1:]


def _listing(kind: str, number: int) -> report.Build:
    def build(warehouse: Warehouse, selection: Selection) -> CardContent:
        frame = _counted(warehouse, selection, kind, number)
        parts: Sequence[Component] = [
            table(frame, COLUMNS, label=f"Briefs by {kind}", links=frame.get("_link", []))
        ]
        return CardContent(frame, parts=parts)

    return build


REPORT = Report(
    path=PAGE,
    title="Council brief",
    menu="Brief",
    purpose="A one-page summary of one {area} for a week or a month, to print and hand out.",
    order=5,
    controls=(
        controls.councils(label="{area}", is_single=True, default=controls.busiest(COUNCIL), at_most=1),
    ),
    rules=(
        "A week runs from Monday to Sunday. The current one is compared with the same days of the last one.",
        "The link to a brief always shows the same period, such as ?week=2026-W47 or ?month=2026-11.",
        *report.COUNTING_RULES,
        report.FULL_DAY_RULE,
    ),
    covers="nothing",
    picture="by-week",
    cards=(
        Card("numbers", "At a glance", numbers, is_wide=True, height=110),
        Card("by-week", "New requests by week", by_week, is_wide=True),
        Card("weeks", "Briefs by week", _listing("week", WEEKS)),
        Card("months", "Briefs by month", _listing("month", MONTHS)),
    ),
)
