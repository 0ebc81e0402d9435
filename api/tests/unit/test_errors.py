from __future__ import annotations

import asyncpg
import pytest

from lacity_data_api.errors import BusyError, QueryTimeoutError, UnavailableError, from_database


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


@pytest.mark.parametrize("error", [asyncpg.UndefinedTableError(), asyncpg.PostgresSyntaxError(), KeyError()])
def test_bugs_are_no_errors_of_the_database(error: Exception) -> None:
    assert from_database(error) is None
