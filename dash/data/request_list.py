"""The individual requests in a selection: their number, one page of them, and all of them for files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Literal

from pandas import DataFrame
from psycopg.sql import SQL, Composable, Composed

from data import counts
from data.catalog import SERVED
from data.filters import AREAS, Filters
from data.warehouse import Warehouse

PAGE_ROWS = 50
LAST_PAGE = 200
"""Later pages would make Postgres read and discard all rows before them; files have all rows."""
MAX_SORTED_ROWS = 100_000
"""Longer lists can be sorted by date only, because only dates have indexes."""
MAX_WORKBOOK_ROWS = 100_000
"""Writing this many rows takes one thread a few seconds; longer lists are available as CSV only."""
NEWEST = "-created"
SORTS: dict[str, Composable] = {
    "created": SQL("created_date"),
    "closed": SQL("closed_date"),
    "days": SQL(
        "CASE WHEN is_open THEN greatest(%(today)s::date - created_date::date, 0)"
        " ELSE days_to_close(created_date, closed_date) END"
    ),
    "number": SQL("srnumber"),
    "type": SQL("type_name"),
    "council": SQL("council_name"),
    "agency": SQL("agency_name"),
    "status": SQL("status"),
    "address": SQL("address"),
}
# Names are joined before sorting only if the sort needs them: otherwise only 50 rows are joined, not all.
NAMES: dict[str, Composable] = {
    "type": SQL("JOIN (SELECT type_id, type_name FROM request_types) AS types USING (type_id)"),
    "council": SQL("JOIN {} AS areas USING (council_id)").format(SQL(AREAS)),
    "agency": SQL("JOIN (SELECT agency_id, agency_name FROM agencies) AS owners USING (agency_id)"),
}
PAGE = SQL("""
    SELECT srnumber AS number, type_name AS type, status, is_open, outcome, address,
        to_char(created_date, 'YYYY-MM-DD HH24:MI') AS created,
        to_char(closed_date, 'YYYY-MM-DD HH24:MI') AS closed,
        CASE WHEN is_open THEN greatest(%(today)s::date - created_date::date, 0)
            ELSE days_to_close(created_date, closed_date) END AS days,
        council_name AS council, agency_name AS agency, listed.latitude, listed.longitude
    FROM (
        SELECT served.*, row_number() OVER () AS place FROM (
            SELECT served.* FROM {selected} ORDER BY {order}
            LIMIT %(rows)s OFFSET %(skip)s
        ) AS served
    ) AS listed
    JOIN request_types USING (type_id) JOIN {areas} AS areas USING (council_id)
    JOIN agencies ON agencies.agency_id = listed.agency_id
    ORDER BY place
""")
BY_DAY = SQL("""
    SELECT created_date::date AS day, count(*) AS requests FROM {served} WHERE {where} GROUP BY 1
""")
# Text that a spreadsheet would run as a formula gets an apostrophe, as in every file of the reports.
SAFE = "CASE WHEN {0} ~ '^[-=+@\t\r]' THEN '''' || {0} ELSE {0} END"
ROWS = SQL("""
    SELECT {safe_number} AS sr_number, {safe_type} AS type, {safe_group} AS type_group,
        {safe_status} AS status, CASE WHEN is_open THEN 'yes' ELSE 'no' END AS is_open,
        {safe_outcome} AS outcome, {safe_reason} AS reason, created_date AS created, closed_date AS closed,
        days_to_close(created_date, closed_date) AS days_to_close,
        CASE WHEN is_open THEN greatest(%(today)s::date - created_date::date, 0) END AS days_open,
        {safe_agency} AS agency, {safe_source} AS source, {safe_council} AS council,
        coalesce(region_name, '') AS region, nullif(district_id, 0) AS district, {safe_address} AS address,
        listed.latitude, listed.longitude
    FROM (SELECT * FROM {served} WHERE {where}) AS listed
    JOIN request_types USING (type_id) JOIN type_groups USING (group_id)
    JOIN {areas} AS areas USING (council_id)
    JOIN agencies ON agencies.agency_id = listed.agency_id JOIN sources USING (source_id)
    LEFT JOIN regions USING (region_id)
    ORDER BY {order}
""")
SELECTED = SQL("{served} {names} WHERE {where}")
# For a page sorted by date: the days that it spans, found through the index, so that rare selections need no
# scan of all requests. OFFSET keeps the planner from walking through all of them in order.
OF_DAYS = SQL("""unnest(%(days)s::date[]) AS days (day), LATERAL (
                SELECT * FROM {served}
                WHERE created_date >= day AND created_date < day + 1 AND {where} OFFSET 0
            ) AS served""")
TEXTS = {
    "number": "srnumber",
    "type": "type_name",
    "group": "group_name",
    "status": "status",
    "outcome": "outcome",
    "reason": "reason",
    "agency": "agency_name",
    "source": "source_name",
    "council": "council_name",
    "address": "address",
}
FILE_COLUMNS = (
    "sr_number", "type", "type_group", "status", "is_open", "outcome", "reason", "created", "closed",
    "days_to_close", "days_open", "agency", "source", "council", "region", "district", "address",
    "latitude", "longitude",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ListQuery:
    """Which requests are listed. ``today`` is the last full day: ages are counted from it."""

    filters: Filters
    today: date
    has_period: bool = True
    """Whether the days of ``filters`` apply; otherwise requests of the current day are listed too."""
    status: Literal["", "open", "closed"] = ""
    by_closing: bool = False
    """Whether the period applies to the closed date; if there is none, any closed date will do."""
    ages: tuple[int, int | None] | None = None
    """Fewest and most days since a request was created, of open requests only."""
    weekday: int | None = None
    """1 for Monday to 7 for Sunday."""
    days_to_close: tuple[int, int | None] | None = None
    address: str = ""
    """Prefix of the address, case-insensitive."""

    @property
    def is_plain(self) -> bool:
        """Whether period and dimensions are the only conditions, so that a rollup can count the list."""
        return self == ListQuery(self.filters, self.today, self.has_period)

    @property
    def created(self) -> tuple[date, date]:
        """The first and the last full day on which its requests may have been created."""
        first, last = date.min, self.today
        if self.has_period:
            # Requests are created no later than they are closed.
            last = min(self.filters.last, last)
            if not self.by_closing:
                first = self.filters.first
        if self.ages:
            youngest, oldest = self.ages
            last = min(last, self.today - timedelta(days=youngest))
            first = max(first, self.today - timedelta(days=oldest)) if oldest is not None else first
        return first, last

    def where(self) -> Composed:
        """The condition on ``SERVED``."""
        information = [] if self.filters.includes_information else [SQL("NOT is_information")]
        parts = [*information, *self._dates(), *self._status(), self.filters.narrowed()]
        if self.weekday:
            parts.append(SQL("extract(isodow FROM created_date) = %(weekday)s"))
        if self.days_to_close:
            days = SQL("days_to_close(created_date, closed_date)")
            parts += [days + SQL(" >= %(fewest)s"), *self._most(days)]
        if self.address:
            parts.append(SQL("upper(address) LIKE %(address)s"))
        return SQL(" AND ").join(parts)

    def _most(self, days: SQL) -> list[Composable]:
        is_bounded = self.days_to_close is not None and self.days_to_close[1] is not None
        return [days + SQL(" <= %(most)s")] if is_bounded else []

    def _dates(self) -> list[Composable]:
        if not self.has_period:
            return [SQL("closed_date IS NOT NULL")] if self.by_closing else []
        column = SQL("closed_date" if self.by_closing else "created_date")
        return [column + SQL(" >= %(first)s::date"), column + SQL(" < %(last)s::date + 1")]

    def _status(self) -> list[Composable]:
        """An age narrows the created date; requests of the current day are 0 days old."""
        if self.ages is None:
            return [SQL("is_open" if self.status == "open" else "NOT is_open")] if self.status else []
        youngest, oldest = self.ages
        parts: list[Composable] = [SQL("is_open")]
        parts += [SQL("created_date < %(youngest)s::date + 1")] if youngest else []
        return parts + ([SQL("created_date >= %(oldest)s::date")] if oldest is not None else [])

    def parameters(self) -> dict[str, Any]:
        """Values for the placeholders of ``where`` and of the statements of this module."""
        found: dict[str, Any] = {"today": self.today} | self.filters.parameters()
        if self.ages:
            found["youngest"] = self.today - timedelta(days=self.ages[0])
            found["oldest"] = self.today - timedelta(days=self.ages[1] or 0)
        if self.days_to_close:
            found["fewest"], found["most"] = self.days_to_close
        return found | {"weekday": self.weekday, "address": prefix(self.address)}


def prefix(text: str) -> str:
    """The LIKE pattern for texts that begin with this one, in capital letters."""
    escaped = text.strip().upper().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"{escaped}%"


def total(warehouse: Warehouse, query: ListQuery) -> int:
    """The number of requests in the whole list."""
    return int(by_day(warehouse, query)["requests"].sum())


def by_day(warehouse: Warehouse, query: ListQuery) -> DataFrame:
    """The number created on each day, without days that have none. Columns: day, requests."""
    everyone = replace(query, status="")
    if query.is_plain:
        ever = replace(query.filters, first=date.min, last=date.max)
        frame = counts.count(warehouse, query.filters if query.has_period else ever, "day")
    elif query.weekday and replace(query, weekday=None).is_plain:
        frame = by_day(warehouse, replace(query, weekday=None))
        frame = frame[frame["day"].dt.day_of_week == query.weekday - 1]
    elif query.status == "closed" and everyone.is_plain:
        days = by_day(warehouse, everyone).set_index("day")["requests"]
        still_open = by_day(warehouse, replace(query, status="open")).set_index("day")["requests"]
        frame = days.sub(still_open, fill_value=0).astype("int64").reset_index()
    else:
        statement = BY_DAY.format(served=SERVED, where=query.where())
        frame = warehouse.frame(statement, **query.parameters())
    return frame[frame["requests"] > 0].sort_values("day", ignore_index=True)


def usable_sort(query: ListQuery, sort: str, requests: int) -> str:
    """The sort itself, or newest first if the list is so long that it can only be sorted by date."""
    key = sort.lstrip("-")
    is_indexed = key == "created" or (key == "closed" and query.by_closing)
    return sort if is_indexed or requests <= MAX_SORTED_ROWS else NEWEST


def page(warehouse: Warehouse, query: ListQuery, sort: str, number: int) -> DataFrame:
    """Page ``number`` (from 1) of the list.

    Columns: number, type, status, is_open, outcome, address, created, closed, days (open for, or to close;
    missing for requests that ended without a closed date), council, agency, latitude, longitude.
    """
    key, skip = sort.lstrip("-"), PAGE_ROWS * (number - 1)
    days: list[date] = []
    selected = SELECTED.format(served=SERVED, names=NAMES.get(key, SQL("")), where=query.where())
    if key == "created":
        days, skip = _days(warehouse, query, sort, skip)
        selected = OF_DAYS.format(served=SERVED, where=query.where())
    statement = PAGE.format(selected=selected, order=order_of(sort), areas=SQL(AREAS))
    return warehouse.frame(statement, **query.parameters(), rows=PAGE_ROWS, skip=skip, days=days)


def _days(warehouse: Warehouse, query: ListQuery, sort: str, skip: int) -> tuple[list[date], int]:
    """The days that contain the rows of a page, and the number of rows of the first day before the page."""
    counted = by_day(warehouse, query).sort_values("day", ascending=not sort.startswith("-"))
    ends = counted["requests"].cumsum()
    first = ends > skip
    inside = counted[first & (ends - counted["requests"] < skip + PAGE_ROWS)]
    before = int(ends[~first].max()) if (~first).any() else 0
    return [day.date() for day in inside["day"]], skip - before


def order_of(sort: str) -> Composed:
    """A total order: the request's id breaks ties, missing values come last."""
    key, way = sort.lstrip("-"), SQL("DESC" if sort.startswith("-") else "ASC")
    # Every request has a created date, and the index does not have NULLS LAST.
    last = SQL("") if key == "created" else SQL("NULLS LAST")
    return SQL("{} {way} {last}, request_id {way}").format(SORTS[key], way=way, last=last)


def file_query(query: ListQuery) -> Composed:
    """The statement for all rows of a file, newest first; its columns are ``FILE_COLUMNS``."""
    safe = {f"safe_{name}": SQL(SAFE.format(column)) for name, column in TEXTS.items()}
    order = SQL("created_date DESC, request_id DESC")
    return ROWS.format(served=SERVED, where=query.where(), order=order, areas=SQL(AREAS), **safe)


def csv_lines(warehouse: Warehouse, query: ListQuery) -> Iterator[bytes]:
    """All rows as CSV with a header, streamed from Postgres."""
    return warehouse.copied(file_query(query), query.parameters())


def rows(warehouse: Warehouse, query: ListQuery) -> Iterator[tuple[Any, ...]]:
    """All rows as tuples of values, fetched in batches."""
    return warehouse.fetched(file_query(query), query.parameters())
