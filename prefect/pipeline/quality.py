"""Quality checks: measurements compared with the city's limits, and checks of the portal's data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pipeline.database import Connection, fetch
from pipeline.download import Download
from pipeline.job import Job
from pipeline.plan import FEW_ROWS

Status = Literal["ok", "warn", "fail"]
Reasons = Sequence[Mapping[str, Any]]
NOTICE = "notice"
"""The name of what planning and merging noticed; it is the same in every run until the cause is gone."""


@dataclass(frozen=True)
class Check:
    """One line of the quality report; a failed check stops the run before anything is changed."""

    name: str
    status: Status
    value: str
    limits: str = ""
    meaning: str = ""


def worst(checks: Iterable[Check]) -> Check | None:
    """The first failed check, else the first warning."""
    by_status = sorted(checks, key=lambda check: ("fail", "warn", "ok").index(check.status))
    return by_status[0] if by_status and by_status[0].status != "ok" else None


def share_check(name: str, count: int, total: int, limit: float, meaning: str) -> Check:
    """A share of rows: fails above the limit, warns above half the limit. A few rows never fail a run.

    A limit of 1 means that no share is unusual.
    """
    share = count / total if total else 0.0
    value = f"{count:,} of {total:,} ({share:.1%})"
    if limit >= 1:
        return Check(name, "ok", value, "no limit", meaning)
    status: Status = "warn" if share > limit / 2 else "ok"
    if count > FEW_ROWS and share > limit:
        status = "fail"
    limits = f"warns above {limit / 2:.1%}, fails above {limit:.1%} and {FEW_ROWS} rows"
    return Check(name, status, value, limits, meaning)


def rejected_reasons(connection: Connection) -> Reasons:
    """Rejected rows of this run by dataset and reason, with example numbers."""
    return tuple(fetch(connection, "merge/count_rejected"))


def download_checks(job: Job, reasons: Reasons) -> tuple[Check, ...]:
    """Checks of the portal's data, before anything is merged."""
    notices = (Check(NOTICE, "warn", "", meaning=notice) for notice in job.plan.notices)
    share = job.settings.rejected_share_limit
    limit = job.city.limits.rejected_share if share is None else share
    found = [check for download in job.downloads for check in _of_download(download, limit, reasons)]
    return (*notices, *found)


def _of_download(download: Download, limit: float, reasons: Reasons) -> Iterator[Check]:
    reading, counts, title = download.reading, download.counts, download.reading.dataset.title
    if not reading.is_due:
        return
    yield _rejected(download, limit, reasons)
    if reading.lost:
        yield Check(f"{title}: rows gone upstream", "warn", str(reading.lost), "", "--reconcile retires them")
    if not reading.is_seamless:
        meaning = "other rows may be unread: the next run reads them"
        part = "chosen years" if reading.window else "since"
        yield Check(f"{title}: read only {part}", "warn", reading.where, "", meaning)
    if reading.lost_columns:
        text = ", ".join(reading.lost_columns)
        yield Check(f"{title}: lost columns", "warn", text, "", "stored values stay")
    if reading.added:
        value, meaning = str(len(reading.added)), ", ".join(reading.added)
        yield Check(f"{title}: unknown columns", "warn", value, "", meaning)
    if counts["from_the_future"]:
        value = str(counts["from_the_future"])
        yield Check(
            f"{title}: updated in the future", "warn", value, "", "treated as the newest earlier update"
        )


def _rejected(download: Download, limit: float, reasons: Reasons) -> Check:
    dataset = download.reading.dataset
    why = (f"{r['rows']} x {r['reason']}" for r in reasons if r["dataset_id"] == dataset.id)
    meaning = f"rows that cannot be used: {', '.join(why) or 'none'}"
    name = f"{dataset.title}: rejected rows"
    return share_check(name, download.counts["rejected"], download.counts["rows"], limit, meaning)
