"""Finds rows that the portal published late, with older update times than rows read before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from pipeline.database import fetch, fetch_one
from pipeline.declaration import Dataset
from pipeline.plan import Reading
from pipeline.socrata import Portal
from pipeline.staging import PageLoader


def new_rows(loader: PageLoader) -> int:
    """Number of rows in this reading that no merged run has read; 0 for a whole dataset."""
    if not loader.reading.where:
        return 0
    tables = {"rows": loader.staging.rows, "rejected": loader.staging.rejected}
    dataset = {"dataset_id": loader.reading.dataset.id}
    return int(fetch_one(loader.connection, "stage/count_new", dataset, **tables)["rows"])


def unread_rows(reading: Reading, new: int) -> int:
    """How many more rows the portal has than the last count plus the new rows of this reading.

    Such rows were published with an update time before the start of the reading. Each row deleted in the
    meantime hides one of them, which the weekly reconciliation finds.
    """
    if not reading.start or not reading.is_seamless:
        return 0
    return max(0, reading.total - reading.known_total - new)


def late_months(portal: Portal, loader: PageLoader) -> Iterator[str]:
    """Conditions for the months, by created date, for which the portal has more rows than we do."""
    dataset, created = loader.reading.dataset, loader.reading.columns["createddate"]
    values = {"dataset_id": dataset.id}
    known = fetch(loader.connection, "stage/count_months", values, rows=loader.staging.rows)
    stored = {row["month"]: row["rows"] for row in known}
    for month in months(dataset, loader.now.date()):
        since, until = f"{month}T00:00:00.000", f"{following(month)}T00:00:00.000"
        condition = f"{created} >= '{since}' AND {created} < '{until}'"
        if portal.count(dataset.id, condition) > stored.get(month, 0):
            yield condition


def months(dataset: Dataset, today: date) -> Iterator[date]:
    """First days of the months that a dataset covers up to today, and one more month on either side."""
    month = (dataset.first_day.replace(day=1) - timedelta(days=1)).replace(day=1)
    last = following(min(dataset.last_day or today, today))
    while month <= last:
        yield month
        month = following(month)


def following(day: date) -> date:
    """The first day of the next month."""
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)
