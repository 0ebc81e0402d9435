from __future__ import annotations

import json
import logging
import sys

import pytest

from pipeline.log_lines import JsonLines
from pipeline.merge import Merged
from pipeline.quality import Check
from pipeline.report import quality_page, run_page, sentence, slack_text, table

TOTAL = {"read": 1200, "inserted": 1000, "updated": 20, "unchanged": 178, "refused": 2, "retired": 3}
CHECKS = [
    Check("newest request", "ok", "2026-11-23 23:59", "0 days old"),
    Check("new sources", "warn", "1", "'Carrier Pigeon'"),
]


def test_the_sentence_counts_everything() -> None:
    merged = Merged(rows={"a": {"inserted": 1000, "updated": 20, "unchanged": 178}}, retired=3)
    assert sentence(TOTAL, merged, 7, is_dry=False) == (
        "Loaded 1,000 new, 20 updated, 3 retired, 2 refused of 1,200 rows read; generation 7"
    )
    assert sentence(TOTAL, merged, 7, is_dry=True).startswith("Would load 1,000 new")
    assert sentence({**TOTAL, "refused": 0}, Merged(), 7, is_dry=False) == (
        "Nothing changed: 1,200 rows read, all as stored; generation 7"
    )


@pytest.mark.parametrize(
    ("status", "sign"), [("INFO", "white_check_mark"), ("WARN", "warning"), ("ERROR", "rotating_light")]
)
def test_slack_is_told_outcome_counts_duration_worst_problem_and_link(status: str, sign: str) -> None:
    text = slack_text("prod", status, "Loaded 5 new", CHECKS, 61.6, "https://example.org/run")
    assert text.splitlines() == [
        f":{sign}: *311 data, prod* (62 s): Loaded 5 new",
        "new sources: 1. 'Carrier Pigeon'",
        "<https://example.org/run|more>",
    ]
    assert slack_text("prod", status, "Loaded", [], 1, "").count("\n") == 0


def test_published_text_calls_nobody_in_slack() -> None:
    checks = [Check("new sources", "warn", "1", "'<!channel>'")]
    text = slack_text("prod", "WARN", "Loaded <https://example.org|5> & more", checks, 1, "")
    assert text.splitlines() == [
        ":warning: *311 data, prod* (1 s): Loaded &lt;https://example.org|5&gt; &amp; more",
        "new sources: 1. '&lt;!channel&gt;'",
    ]


def test_published_text_cannot_break_a_table() -> None:
    page = table([{"address": "1 MAIN | ST\nUNIT 2", "rows": 1234}])
    assert page.splitlines() == ["| address | rows |", "| --- | --- |", "| 1 MAIN \\| ST UNIT 2 | 1,234 |"]
    assert table([]) == "none"


def test_the_pages_hold_datasets_reasons_and_checks() -> None:
    counts = dict.fromkeys(
        ("published", "read", "inserted", "updated", "unchanged", "refused", "elsewhere"), 5
    )
    reasons = [{"dataset_id": "a", "reason": "no number", "rows": 2, "examples": [None, "1-2"]}]
    page = run_page("Loaded", {"2cy6-i7zn": {"title": "Cases", "seconds": 1.5, **counts}}, reasons)
    assert "| 2cy6-i7zn | Cases | 5 |" in page
    assert "| a | no number | 2 | '1-2' |" in page
    assert "| new sources | warn | 1 | 'Carrier Pigeon' |" in quality_page(CHECKS)


def test_a_log_line_is_one_json_object() -> None:
    record = logging.LogRecord("pipeline.merge", logging.ERROR, "", 0, "two\nlines %s", ("東",), None)
    record.flow_run_name = "incremental night"
    line = json.loads(JsonLines("%(message)s", None).format(record))
    assert line.pop("time").endswith("+00:00")
    assert line == {
        "level": "ERROR",
        "logger": "pipeline.merge",
        "message": "two\nlines 東",
        "flow_run_name": "incremental night",
    }


def test_a_log_line_tells_what_was_raised() -> None:
    try:
        int("broken")
    except ValueError:
        record = logging.LogRecord("pipeline", logging.ERROR, "", 0, "failed", (), sys.exc_info())
    text = JsonLines().format(record)
    assert "\n" not in text
    assert "ValueError: invalid literal" in json.loads(text)["exception"]
