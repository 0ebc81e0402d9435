"""Errors in reading the data of a report, and the advice that the page shows for each."""

from __future__ import annotations

import psycopg
from psycopg import errors
from psycopg_pool import PoolTimeout, TooManyRequests


class DataError(Exception):
    """The query has no result; ``advice`` is for the reader of the report."""

    advice = "Something went wrong while reading the data. Details are in the report server's log."
    is_retryable = False
    """Whether retrying a little later may help."""


class UnavailableError(DataError):
    """The database cannot be reached."""

    advice = "The database is not responding right now. This page retries automatically."
    is_retryable = True


class QueryTimeoutError(DataError):
    """A query exceeded its time limit."""

    advice = "The query timed out. Choose a shorter period or more filters, or try again later."


class NoTablesError(DataError):
    """The database was never set up."""

    advice = "The database has no tables yet. Deploying the system creates them."
    is_retryable = True


class SelectionError(DataError):
    """The reader's selection cannot have any data."""

    def __init__(self, advice: str) -> None:
        super().__init__(advice)
        self.advice = advice


def of_database(error: Exception) -> DataError:
    """The error that a report shows; database error messages never leave the server."""
    if isinstance(error, errors.QueryCanceled):
        return QueryTimeoutError()
    if isinstance(error, errors.UndefinedTable | errors.UndefinedFunction):
        return NoTablesError()
    if isinstance(error, psycopg.OperationalError | PoolTimeout | TooManyRequests):
        return UnavailableError()
    return DataError()
