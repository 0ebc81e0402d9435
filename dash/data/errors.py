"""What can go wrong between a report and its data, and the advice that the page shows."""

from __future__ import annotations

import psycopg
from psycopg import errors
from psycopg_pool import PoolTimeout, TooManyRequests


class DataError(Exception):
    """The query has no result; ``advice`` is for the reader of the report."""

    advice = "Something went wrong while reading the data. The report server's log has the details."
    heals_itself = False
    """Whether retrying a little later may help."""


class AwayError(DataError):
    """The database cannot be reached."""

    advice = "The database does not answer right now. This page retries automatically; nothing is lost."
    heals_itself = True


class SlowError(DataError):
    """A query took longer than it may."""

    advice = "The query timed out. Choose a shorter period or more filters, or try again later."


class EmptyError(DataError):
    """The database was never set up."""

    advice = "The database has no tables yet. Deploying the system creates them."
    heals_itself = True


def of_database(error: Exception) -> DataError:
    """The error that a report shows; no text of the database leaves the server."""
    if isinstance(error, errors.QueryCanceled):
        return SlowError()
    if isinstance(error, errors.UndefinedTable | errors.UndefinedFunction):
        return EmptyError()
    if isinstance(error, psycopg.OperationalError | PoolTimeout | TooManyRequests):
        return AwayError()
    return DataError()
