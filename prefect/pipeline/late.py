"""Rows that the portal published late, under older update times than rows read before."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from pipeline.database import fetch, fetch_one
from pipeline.query import Query
from pipeline.socrata import Portal
from pipeline.staging import PageTaker

MONTH = re.compile(r"([1-9]\d{3})-(0[1-9]|1[0-2])-")


def unread_rows(taker: PageTaker) -> int:
    """How many rows more the portal has than those of the last time and those that were new in this reading.

    Such rows were published under an update time before the reading's start. Rows gone meanwhile hide as many
    of them: the weekly reconciliation finds those.
    """
    reading = taker.reading
    if not reading.start or not reading.is_seamless:
        return 0
    tables = {"rows": taker.staging.rows, "rejected": taker.staging.rejected}
    new = fetch_one(taker.connection, "stage/count_new", {"dataset_id": reading.dataset.id}, **tables)
    return max(0, reading.total - reading.known_total - int(new["rows"]))


def late_months(portal: Portal, taker: PageTaker) -> Iterator[str]:
    """Conditions for the months, by created date, of which the portal has more rows than we have."""
    dataset, created = taker.reading.dataset, taker.reading.columns["createddate"]
    query = Query(f"date_trunc_ym({created}) as month,count(*) as rows", group="month", order="month")
    values = {"dataset_id": dataset.id}
    known = fetch(taker.connection, "stage/count_months", values, rows=taker.staging.rows)
    stored = {row["month"]: row["rows"] for row in known}
    for row in portal.rows(dataset.id, query):
        match = MONTH.match(row.get("month") or "")
        if match and int(row["rows"]) > stored.get(month := date(int(match[1]), int(match[2]), 1), 0):
            yield f"{created} >= '{month}T00:00:00.000' AND {created} < '{following(month)}T00:00:00.000'"


def following(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)
