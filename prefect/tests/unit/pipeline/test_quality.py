"""What a quality check says, and when it warns or fails."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from pipeline.city import load_city
from pipeline.config import Settings
from pipeline.download import COUNTED, Download
from pipeline.job import Job
from pipeline.options import Options
from pipeline.plan import Plan, Reading
from pipeline.quality import Check, download_checks, share_check, worst
from pipeline.rollups import RollupCatalog

CITY = load_city()
OLD, LIVE = CITY.datasets[0], CITY.datasets[-1]
NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
READING = Reading(LIVE, "", 1_000, NOW, 1_000, {})
SETTINGS = Settings(database_loader_url="postgresql://unused")
OK, WARN, FAIL = (Check(status, status, "") for status in ("ok", "warn", "fail"))


def checks_of(*downloads: Download, notices: tuple[str, ...] = (), **settings: Any) -> tuple[Check, ...]:
    readings = tuple(download.reading for download in downloads)
    plan = Plan(1, Options(), CITY, readings, (), None, notices, NOW)
    catalog = RollupCatalog((), {}, {})
    nowhere: Any = None
    reasons = [
        {"dataset_id": LIVE.id, "reason": "no number", "rows": 2},
        {"dataset_id": OLD.id, "reason": "no type", "rows": 9},
        {"dataset_id": LIVE.id, "reason": "no date", "rows": 1},
    ]
    return download_checks(
        Job(nowhere, plan, downloads, SETTINGS.model_copy(update=settings), catalog), reasons
    )


def downloaded(rejected: int = 0, future: int = 0, **reading: Any) -> Download:
    counts = dict.fromkeys(COUNTED, 0) | {"rows": 1_000, "rejected": rejected, "from_the_future": future}
    return Download(replace(READING, **reading), counts)


@pytest.mark.parametrize(
    ("count", "status"), [(0, "ok"), (10, "ok"), (11, "warn"), (21, "warn"), (22, "fail"), (1_050, "fail")]
)
def test_a_share_warns_above_half_its_limit_and_fails_above_it(count: int, status: str) -> None:
    assert share_check("share", count, 1050, 0.02, "rows").status == status


def test_a_few_rows_never_fail_a_run() -> None:
    assert [share_check("s", count, count, 0.02, "rows").status for count in (20, 21)] == ["warn", "fail"]


def test_a_share_is_written_with_its_limits() -> None:
    limits = "warns above 1.0%, fails above 2.0% and 20 rows"
    check = share_check("share", 5, 1_000, 0.02, "rows")
    assert check == Check("share", "ok", "5 of 1,000 (0.5%)", limits, "rows")
    assert share_check("share", 0, 0, 0.0, "rows").value == "0 of 0 (0.0%)"
    assert share_check("share", 0, 0, 0.0, "rows").status == "ok"


def test_a_limit_of_one_never_warns() -> None:
    check = share_check("share", 1_000, 1_000, 1, "rows")
    assert check == Check("share", "ok", "1,000 of 1,000 (100.0%)", "no limit", "rows")


def test_the_worst_check_is_one_that_failed() -> None:
    assert worst([OK, WARN, FAIL]) == FAIL
    assert worst([OK, WARN]) == WARN
    assert worst([OK]) is None
    assert worst([]) is None


def test_a_quiet_download_has_one_check() -> None:
    (check,) = checks_of(downloaded(rejected=3))
    assert (check.name, check.status) == (f"{LIVE.title}: rejected rows", "ok")
    assert check.value == "3 of 1,000 (0.3%)"
    assert check.meaning == "rows that cannot be used: 2 x no number, 1 x no date"


def test_a_dataset_without_reasons_says_none() -> None:
    (check,) = checks_of(downloaded(dataset=CITY.datasets[1]))
    assert check.meaning == "rows that cannot be used: none"


@pytest.mark.parametrize(("limit", "status"), [(None, "fail"), (0.0, "fail"), (0.03, "warn"), (0.1, "ok")])
def test_a_setting_replaces_the_citys_limit(limit: float | None, status: str) -> None:
    (check,) = checks_of(downloaded(rejected=25), rejected_share_limit=limit)
    assert check.status == status


WARNINGS = [
    ({"lost": 4}, "rows gone upstream", "4", "--reconcile retires them"),
    (
        {"start": "2026-11-23T03:30:00.000Z"},
        "read only since",
        ":updated_at >= '2026-11-23T03:30:00.000Z'",
        "other rows may be unread: the next run reads them",
    ),
    (
        {"window": "createddate >= '2020'"},
        "read only chosen years",
        "createddate >= '2020'",
        "other rows may be unread: the next run reads them",
    ),
    ({"missing": ("owner", "status")}, "lost columns", "owner, status", "stored values stay"),
    ({"added": ("mood", "weather")}, "unknown columns", "2", "mood, weather"),
    ({"future": 6}, "updated in the future", "6", "treated as the newest earlier update"),
]


@pytest.mark.parametrize(("details", "name", "value", "meaning"), WARNINGS)
def test_what_is_odd_about_a_dataset_is_a_warning(
    details: dict[str, Any], name: str, value: str, meaning: str
) -> None:
    rejected, warning = checks_of(downloaded(**details))
    assert rejected.name == f"{LIVE.title}: rejected rows"
    assert warning == Check(f"{LIVE.title}: {name}", "warn", value, "", meaning)


def test_a_dataset_that_was_not_read_has_no_checks() -> None:
    assert checks_of(downloaded(rejected=900, lost=4, is_due=False)) == ()


def test_notices_of_the_plan_come_first() -> None:
    notice, rejected = checks_of(downloaded(), notices=("the year 2027 was found",))
    assert notice == Check("notice", "warn", "", "", "the year 2027 was found")
    assert rejected.status == "ok"
