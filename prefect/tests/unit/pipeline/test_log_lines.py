from __future__ import annotations

import json
import logging
import sys

import pytest

from pipeline import telemetry
from pipeline.errors import FilesError, MaintenanceError, PortalError
from pipeline.log_lines import PREFECT_LOGGERS, JsonLines, shorten_expected_failures


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


@pytest.mark.parametrize("name", PREFECT_LOGGERS)
@pytest.mark.parametrize(
    ("error", "has_traceback"),
    [
        (PortalError("down"), False),
        (MaintenanceError("KeyError: logged before"), False),
        (FilesError("KeyError: perhaps a defect"), True),
        (KeyError("a defect"), True),
    ],
)
def test_prefect_logs_only_unexpected_failures_with_a_traceback(
    error: Exception, has_traceback: bool, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    shorten_expected_failures()
    try:
        raise error
    except type(error):
        logging.getLogger(name).exception("failed with %r", error)
    (record,) = caplog.records
    assert record.getMessage() == f"failed with {error!r}"
    assert bool(record.exc_info) == has_traceback
