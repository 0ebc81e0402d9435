"""Log lines as JSON."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import Any

from pipeline import telemetry


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
