from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from pipeline.city import load_city
from pipeline.download import Download
from pipeline.errors import DataError, UnavailableError
from pipeline.options import Options
from pipeline.plan import Plan, Reading, SkippedDataset
from pipeline.quality import NOTICE, Check
from pipeline.report import (
    checks_page,
    failure_page,
    plan_page,
    problems_of,
    run_page,
    slack_text,
    status_of,
    table,
)
from pipeline.result import MergeResult

CITY = load_city()
OLD, LIVE = CITY.datasets[0], CITY.datasets[-1]
NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
READING = Reading(LIVE, "2026-11-23T03:30:00.000Z", 1_000, NOW, 7, {}, transport="soda3")
PLAN = Plan(1, Options(), CITY, (READING,), (), None, (), NOW)
PARTIAL = replace(PLAN, skipped=(SkippedDataset(OLD, UnavailableError("2015 is private (403)", 403)),))
CHECKS = (
    Check("newest request", "ok", "2026-11-23 23:59", "", "0 days old"),
    Check("new sources", "warn", "1", "", "'Carrier Pigeon'"),
)
COUNTS = {"title": LIVE.title, "read": 7, "inserted": 5, "updated": 2, "rejected": 0}
REASONS = ({"dataset_id": "a", "reason": "no number", "rows": 2, "examples": [None, "1-2"]},)
RESULT = MergeResult(7, "Loaded 5 new", COUNTS, {LIVE.id: COUNTS}, CHECKS, REASONS, 1, False, True)


@pytest.mark.parametrize(
    ("status", "sign"),
    [
        ("ok", "white_check_mark"),
        ("warn", "warning"),
        ("partial", "large_orange_diamond"),
        ("fail", "rotating_light"),
    ],
)
def test_slack_gets_outcome_duration_problems_and_a_link(status: str, sign: str) -> None:
    problems = problems_of(PARTIAL, CHECKS)
    text = slack_text("prod", status, "Loaded 5 new", problems, 61.6, "https://example.org/run")
    assert text.splitlines() == [
        f":{sign}: *311 data, prod* (62 s): Loaded 5 new",
        f"Skipped: {OLD.title}: portal error: 2015 is private (403)",
        "new sources: 1. 'Carrier Pigeon'",
        "<https://example.org/run|more>",
    ]
    assert slack_text("prod", status, "Loaded", [], 1, "").count("\n") == 0


def test_every_warning_is_listed_before_the_notices_and_the_rest_are_counted() -> None:
    notices = [Check(NOTICE, "warn", "", meaning=f"year {year}") for year in (2027, 2028)]
    warnings = [Check(f"check {number}", "warn", str(number)) for number in range(5)]
    assert problems_of(PLAN, [*notices, *warnings[:2]]) == [
        "check 0: 0",
        "check 1: 1",
        "notice: year 2027",
        "notice: year 2028",
    ]
    assert problems_of(PLAN, [*notices, *warnings])[4:] == [
        "check 4: 4",
        "and 2 more: see the data quality report",
    ]


def test_a_partial_run_is_named_before_a_warning() -> None:
    assert status_of(PARTIAL, RESULT) == "partial"
    assert status_of(PLAN, RESULT) == "warn"
    assert status_of(PLAN, replace(RESULT, checks=CHECKS[:1])) == "ok"


def test_published_text_calls_no_one_in_slack() -> None:
    text = slack_text(
        "prod", "warn", "Loaded <https://example.org|5> & more", ["new sources: '<!channel>'"], 1, ""
    )
    assert text.splitlines() == [
        ":warning: *311 data, prod* (1 s): Loaded &lt;https://example.org|5&gt; &amp; more",
        "new sources: '&lt;!channel&gt;'",
    ]


@pytest.mark.parametrize(
    ("published", "written"),
    [
        ("![](https://evil.example/a.png)", r"\!\[\](https\://evil.example/a.png)"),
        ("[log in](https://evil.example)", r"\[log in\](https\://evil.example)"),
        ("<img src=x> **now** `x`\r\n# head", r"\<img src=x\> \*\*now\*\* \`x\` \# head"),
        ("100% of MyLA311 (2026)", "100% of MyLA311 (2026)"),
    ],
)
def test_published_text_is_no_markup(published: str, written: str) -> None:
    assert written in table([{"title": published}])
    error = DataError(published, (), ())
    assert written in failure_page(error)


def test_published_text_cannot_break_a_table() -> None:
    page = table([{"address": "1 MAIN | ST\nUNIT 2", "rows": 1234}])
    assert page.splitlines() == ["| address | rows |", "| --- | --- |", "| 1 MAIN \\| ST UNIT 2 | 1,234 |"]
    assert table([]) == "none"


def test_the_pages_hold_the_plan_the_datasets_the_reasons_and_the_checks() -> None:
    assert f"| {LIVE.id} | {LIVE.title} | 1,000 | 7 | 2026-11-23T03:30:00.000Z | soda3 |" in plan_page(PLAN)
    assert f"| {OLD.id} | {OLD.title} | portal error: 2015 is private (403) |" in plan_page(PARTIAL)
    page = run_page(PARTIAL, (Download(READING, transport="soda3"),), RESULT)
    assert f"| {LIVE.id} | {LIVE.title} | soda3 | 0.0 | 7 | 5 | 2 | 0 |" in page
    assert "2015 is private" in page
    assert "| a | no number | 2 | '1-2' |" in page
    assert "| new sources | warn | 1 |  | 'Carrier Pigeon' |" in checks_page(CHECKS)


def test_the_page_of_a_failure_says_what_was_wrong_with_the_data() -> None:
    page = failure_page(DataError("too many rows cannot be used", CHECKS, REASONS))
    assert page.startswith("data error: too many rows cannot be used")
    assert "| a | no number | 2 | '1-2' |" in page
