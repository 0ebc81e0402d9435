"""The cursor of a page as text."""

from __future__ import annotations

import datetime as dt

import pytest

from lacity_data_api.errors import InvalidError
from lacity_data_api.params import MAX_ID
from lacity_data_api.requests.cursor import Cursor, parse


@pytest.mark.parametrize(
    ("created_date", "request_id", "text"),
    [
        ("1970-01-01", 1, "0.1"),
        ("1970-01-02", 0, "86400000000.0"),
        ("1969-12-31T23:59:59.999999", 23, "-1.23"),
        ("2026-11-24T08:30:00.000005", MAX_ID, f"1795509000000005.{MAX_ID}"),
        ("0001-01-01", 7, "-62135596800000000.7"),
        ("9999-12-31T23:59:59.999999", 7, "253402300799999999.7"),
    ],
)
def test_a_cursor_is_its_time_and_id(created_date: str, request_id: int, text: str) -> None:
    cursor = Cursor(dt.datetime.fromisoformat(created_date), request_id)
    assert cursor.text == text
    assert parse(text) == cursor


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        ".1",
        "1.",
        "1.1.1",
        "1.-1",
        "+1.1",
        " 1.1",
        "1.1\n",
        "١.1",  # noqa: RUF001  a digit, but not one of ours
        f"1.{MAX_ID + 1}",
        "1234567890123456789.1",
        "1.12345678901234567890",
    ],
)
def test_text_that_is_no_cursor_is_rejected(text: str) -> None:
    with pytest.raises(InvalidError) as rejected:
        parse(text)
    (problem,) = rejected.value.errors
    assert problem["loc"] == ["query", "cursor"]
    assert problem["msg"] == "must be from the Link header of the previous page"


@pytest.mark.parametrize("text", ["-62135596800000001.7", "253402300800000000.7", "999999999999999999.1"])
def test_times_outside_the_calendar_are_rejected(text: str) -> None:
    with pytest.raises(InvalidError) as rejected:
        parse(text)
    (problem,) = rejected.value.errors
    assert (problem["loc"], problem["msg"]) == (["query", "cursor"], "is outside the calendar")
