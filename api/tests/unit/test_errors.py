from __future__ import annotations

import asyncio

import asyncpg
import pytest
from fastapi import Request

from lacity_data_api.errors import BusyError, QueryTimeoutError, UnavailableError, _handle, from_database


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (asyncpg.QueryCanceledError(), QueryTimeoutError),
        (TimeoutError(), QueryTimeoutError),
        (asyncpg.TooManyConnectionsError(), BusyError),
        (asyncpg.DeadlockDetectedError(), UnavailableError),
        (asyncpg.SerializationError(), UnavailableError),
        (ConnectionResetError(), UnavailableError),
    ],
)
def test_errors_of_the_database_may_be_retried(error: Exception, expected: type[Exception]) -> None:
    assert type(from_database(error)) is expected


def test_an_unavailable_database_is_one_short_line_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """While the database is unavailable, every request writes this line."""
    error = UnavailableError()
    error.__cause__ = ConnectionRefusedError("x" * 5_000)
    asyncio.run(_handle(Request({"type": "http"}), error))
    (record,) = caplog.records
    assert record.getMessage().startswith("503: The database cannot be reached (ConnectionRefusedError: x")
    assert len(record.getMessage()) < 300
    assert not record.exc_info


@pytest.mark.parametrize("error", [asyncpg.UndefinedTableError(), asyncpg.PostgresSyntaxError(), KeyError()])
def test_bugs_are_no_errors_of_the_database(error: Exception) -> None:
    assert from_database(error) is None
