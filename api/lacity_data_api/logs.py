"""Log lines as JSON on standard output, like the access log's."""

from __future__ import annotations

import datetime as dt
import logging
from logging.config import dictConfig

import orjson


class JsonFormatter(logging.Formatter):
    """One line per record; an exception's traceback is part of it."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "process": record.process,
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return orjson.dumps(line, default=str).decode()


def configure(level: str) -> None:
    """Send every logger's records to standard output."""
    dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"json": {"()": JsonFormatter}},
            "handlers": {
                "stdout": {
                    "class": "logging.StreamHandler",
                    "formatter": "json",
                    "stream": "ext://sys.stdout",
                }
            },
            "root": {"level": level, "handlers": ["stdout"]},
            # Gino repeats every query at INFO.
            "loggers": {"gino": {"level": "WARNING"}, "httpx": {"level": "WARNING"}},
        }
    )
