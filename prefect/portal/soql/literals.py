"""Constants of a question, read the way the column beside them needs."""

from __future__ import annotations

from datetime import UTC, datetime

from portal.errors import type_mismatch
from portal.schemas import CHECKBOX, FIXED, FLOATING, NUMBER

Value = str | float | bool | None


def floating(moment: datetime) -> str:
    """A local time without zone, to the millisecond: ``2020-01-01T00:45:00.000``."""
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds")


def fixed(moment: datetime) -> str:
    """An instant in UTC, to the millisecond: ``2020-01-01T08:45:00.000Z``. Times without zone are UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return floating(aware.astimezone(UTC)) + "Z"


def adapt(value: Value, column_type: str) -> Value:
    """The value as it is stored under ``column_type``, so that text order is the type's own order.

    Raises SodaError (400) when the value cannot be of that type.
    """
    if value is None:
        return None
    if column_type in (FLOATING, FIXED):
        return _moment(value, column_type)
    if column_type == NUMBER:
        return _number(value)
    if column_type == CHECKBOX:
        return _flag(value)
    if isinstance(value, str):
        return value
    raise type_mismatch(f"{value!r} is not a text")


def _moment(value: Value, column_type: str) -> str:
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        raise type_mismatch(f"{value!r} is not a {column_type}") from None
    return floating(moment) if column_type == FLOATING else fixed(moment)


def _number(value: Value) -> float:
    if isinstance(value, bool):
        raise type_mismatch(f"{value!r} is not a number")
    try:
        return float(value or 0)
    except ValueError:
        raise type_mismatch(f"{value!r} is not a number") from None


def _flag(value: Value) -> str:
    text = str(value).lower()
    if text not in ("true", "false"):
        raise type_mismatch(f"{value!r} is not a boolean")
    return text
