"""Times in the portal's format, and query constants in the form of the column they are compared with."""

from __future__ import annotations

from datetime import UTC, datetime

from portal.errors import type_mismatch
from portal.schemas import CHECKBOX, FIXED, FLOATING, NUMBER


def floating(moment: datetime) -> str:
    """A local time without a time zone, to the millisecond: ``2020-01-01T00:45:00.000``."""
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds")


def fixed(moment: datetime) -> str:
    """An instant in UTC, to the millisecond: ``2020-01-01T08:45:00.000Z``. Naive times are taken as UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return floating(aware.astimezone(UTC)) + "Z"


def adapt(text: str, column_type: str) -> str | float:
    """The constant as it is stored for ``column_type``, so that text order equals the order of the type.

    Raises SodaError (400) if it is not of that type.
    """
    try:
        if column_type in (FLOATING, FIXED):
            moment = datetime.fromisoformat(text)
            return floating(moment) if column_type == FLOATING else fixed(moment)
        if column_type == NUMBER:
            return float(text)
    except ValueError:
        raise type_mismatch(f"{text!r} is not a {column_type}") from None
    if column_type == CHECKBOX and text.lower() not in ("true", "false"):
        raise type_mismatch(f"{text!r} is not a boolean")
    return text.lower() if column_type == CHECKBOX else text
