"""Checks of what was read and of what is stored: some stop a night, the others are told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from psycopg import sql

from pipeline.config import Settings
from pipeline.database import Connection, fetch, fetch_one
from pipeline.download import Downloaded
from pipeline.errors import DataError
from pipeline.plan import FEW_ROWS

STALE_DAYS = 3
JUMP = 3.0
Tables = Mapping[str, sql.Identifier]


@dataclass(frozen=True)
class Check:
    """One line of the quality report."""

    name: str
    status: Literal["ok", "warn"]
    value: str
    meaning: str = ""


def stop_if_too_many_refused(
    downloads: Iterable[Downloaded], settings: Settings, reasons: list[dict[str, Any]]
) -> None:
    """Raise DataError, with the reasons, when a dataset has more unusable rows than the limit."""
    for result in downloads:
        read, refused = result.counts["rows"], result.counts["refused"]
        if refused > FEW_ROWS and refused > read * settings.refused_share_limit:
            dataset = result.reading.dataset
            why = ", ".join(f"{r['rows']} x {r['reason']}" for r in reasons if r["dataset_id"] == dataset.id)
            raise DataError(
                f"{dataset.id} ({dataset.title}): {refused} of {read} rows cannot be used, more than "
                f"{settings.refused_share_limit:.0%}: {why}. Nothing was changed."
            )


def refused_reasons(connection: Connection) -> list[dict[str, Any]]:
    """Refused rows of this run by dataset and reason, with example numbers."""
    return fetch(connection, "merge/count_refused")


def stored_checks(connection: Connection, now: datetime, tables: Tables) -> list[Check]:
    """Checks of the database as this run leaves it; inside the transaction they see its work.

    ``tables``: what is read, by the names it will have: new tables until they are swapped in.
    """
    return [
        _freshness(fetch_one(connection, "quality/newest", **tables), now),
        _jump(fetch_one(connection, "quality/weekday", **tables)),
        *_doubtful(connection),
        _orphans(fetch_one(connection, "quality/unserved", **tables)),
    ]


def _freshness(row: dict[str, Any], now: datetime) -> Check:
    newest = row["created_date"]
    if newest is None:
        return Check("newest request", "warn", "none", "no request is served")
    age = (now.replace(tzinfo=None) - newest).days
    status: Literal["ok", "warn"] = "warn" if age > STALE_DAYS else "ok"
    return Check("newest request", status, f"{newest:%Y-%m-%d %H:%M}", f"{age} days old")


def _jump(row: dict[str, Any]) -> Check:
    """The newest whole day against the same weekday of the eight weeks before."""
    if row["usual"] is None:
        return Check("requests on the newest whole day", "ok", "unknown", "too little history")
    usual, requests = float(row["usual"]), int(row["requests"])
    is_odd = requests > usual * JUMP + FEW_ROWS or requests * JUMP + FEW_ROWS < usual
    meaning = f"{row['day']}: usually {usual:.0f} on that weekday"
    return Check("requests on the newest whole day", "warn" if is_odd else "ok", str(requests), meaning)


def _doubtful(connection: Connection) -> list[Check]:
    row = fetch_one(connection, "quality/doubtful")
    meanings = {
        "closed before created": "counted as closed on the day they were created",
        "without coordinates": "stored, not on the map",
        "outside the city": "stored, not on the map: the coordinates are wrong",
    }
    return [
        Check(name, "ok", str(row[name.replace(" ", "_")]), meaning) for name, meaning in meanings.items()
    ]


def _orphans(row: dict[str, Any]) -> Check:
    rows = int(row["rows"])
    return Check("on the map but not stored, or the other way", "warn" if rows else "ok", str(rows))


def read_checks(downloads: Iterable[Downloaded]) -> list[Check]:
    """Checks of what the portal gave."""
    checks = []
    for result in downloads:
        reading, title = result.reading, result.reading.dataset.title
        if reading.lost:
            checks.append(
                Check(f"{title}: rows gone upstream", "warn", str(reading.lost), "--reconcile retires them")
            )
        if not reading.is_seamless:
            meaning = "rows updated before are still unread: the next night reads them"
            checks.append(Check(f"{title}: read only since", "warn", reading.start, meaning))
        if reading.missing:
            text = ", ".join(reading.missing)
            checks.append(Check(f"{title}: lost columns", "warn", text, "stored values stay"))
        if reading.added:
            checks.append(
                Check(f"{title}: unknown columns", "ok", str(len(reading.added)), ", ".join(reading.added))
            )
        if result.counts["from_the_future"]:
            value = str(result.counts["from_the_future"])
            checks.append(Check(f"{title}: updated in the future", "warn", value, "taken as updated now"))
    return checks


def code_checks(new_codes: dict[str, list[str]]) -> list[Check]:
    """Codes that were added unreviewed."""
    return [
        Check(
            f"new {table.replace('_', ' ')}", "warn", str(len(codes)), ", ".join(repr(code) for code in codes)
        )
        for table, codes in new_codes.items()
    ]


def worst(checks: Iterable[Check]) -> Check | None:
    """The first check that is not ok."""
    return next((check for check in checks if check.status != "ok"), None)
