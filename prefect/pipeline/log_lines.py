"""Log lines as JSON, and Prefect's without the tracebacks of expected failures."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import Any

from pipeline import telemetry
from pipeline.errors import FilesError, IngestError

PREFECT_LOGGERS = ("prefect.flow_runs", "prefect.task_runs")


class JsonLines(logging.Formatter):
    """One JSON object per line: time in UTC, level, logger, message, run, step, metrics, exception."""

    def __init__(self, *_arguments: Any, **_names: Any) -> None:
        super().__init__()

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if (run := telemetry.run_number()) is not None:
            line["run"] = run
        for name in ("flow_run_name", "task_run_name", "figures"):
            if value := getattr(record, name, None):
                line[name] = value
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def shorten_expected_failures() -> None:
    """Log the expected failures of flows and tasks in this process without their tracebacks.

    Prefect logs every exception with its traceback. The message remains, also on the run's page.
    """
    for name in PREFECT_LOGGERS:
        # Not a filter of the handlers, because Prefect's configuration replaces these.
        logging.getLogger(name).addFilter(_drop_expected_traceback)


def _drop_expected_traceback(record: logging.LogRecord) -> bool:
    error = record.exc_info[1] if record.exc_info else None
    # The cause of a FilesError can be any error, even a defect.
    if isinstance(error, IngestError) and not isinstance(error, FilesError):
        record.exc_info = None
    return True
