"""Log lines as JSON on standard output: the reports' own and gunicorn's, each with the id of its request."""

from __future__ import annotations

import logging
from contextvars import ContextVar
from logging.config import dictConfig
from typing import Any

from pythonjsonlogger.orjson import OrjsonFormatter

REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")
FIELDS = ("levelname", "name", "message", "process")
NAMES = {"levelname": "level", "name": "logger", "exc_info": "exception"}


class AddRequestId(logging.Filter):
    """Adds the request's id to every record; filters nothing out."""

    def filter(self, record: logging.LogRecord) -> bool:
        if request_id := REQUEST_ID.get():
            record.request_id = request_id
        return True


def config(level: str) -> dict[str, Any]:
    """For ``dictConfig`` and gunicorn: one JSON object per line for each record, with its traceback."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {"()": OrjsonFormatter, "fmt": FIELDS, "rename_fields": NAMES, "timestamp": "time"}
        },
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
        # Without this, gunicorn writes plain text to standard error.
        "loggers": {"gunicorn.error": {"level": level, "handlers": [], "propagate": True}},
    }


def configure(level: str) -> None:
    """Send every logger's records to standard output."""
    dictConfig(config(level))
