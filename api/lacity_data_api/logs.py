"""Log lines as JSON on standard output, like the access log's."""

from __future__ import annotations

import logging
from logging.config import dictConfig

from pythonjsonlogger.orjson import OrjsonFormatter

from lacity_data_api.correlation import AddRequestId

FIELDS = ("levelname", "name", "message", "process")
NAMES = {"levelname": "level", "name": "logger", "exc_info": "exception"}


def formatter() -> logging.Formatter:
    """One line per record; an exception's traceback is part of it."""
    return OrjsonFormatter(FIELDS, rename_fields=NAMES, timestamp="time")


def configure(level: str) -> None:
    """Send every logger's records to standard output."""
    dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"json": {"()": formatter}},
            "filters": {"request_id": {"()": AddRequestId}},
            "handlers": {
                "stdout": {
                    "class": "logging.StreamHandler",
                    "formatter": "json",
                    "filters": ["request_id"],
                    "stream": "ext://sys.stdout",
                }
            },
            "root": {"level": level, "handlers": ["stdout"]},
            # Gino logs every query at INFO.
            "loggers": {"gino": {"level": "WARNING"}, "httpx": {"level": "WARNING"}},
        }
    )
