from __future__ import annotations

import json
import logging
import sys

import pytest

from pipeline import telemetry
from pipeline.log_lines import JsonLines


def test_a_log_line_is_one_json_object(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telemetry, "_run", [])
    telemetry.follow(12)
    record = logging.LogRecord("pipeline.merge", logging.ERROR, "", 0, "two\nlines %s", ("東",), None)
    record.flow_run_name = "incremental ingest"
    line = json.loads(JsonLines("%(message)s", None).format(record))
    assert line.pop("time").endswith("+00:00")
    assert line == {
        "level": "ERROR",
        "logger": "pipeline.merge",
        "message": "two\nlines 東",
        "run": 12,
        "flow_run_name": "incremental ingest",
    }


def test_a_log_line_holds_the_exception() -> None:
    try:
        int("broken")
    except ValueError:
        record = logging.LogRecord("pipeline", logging.ERROR, "", 0, "failed", (), sys.exc_info())
    text = JsonLines().format(record)
    assert "\n" not in text
    assert "ValueError: invalid literal" in json.loads(text)["exception"]
