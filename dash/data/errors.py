"""What can go wrong between a report and its data, and what a person is told of it."""

from __future__ import annotations

import psycopg
from psycopg import errors
from psycopg_pool import PoolTimeout, TooManyRequests


class DataError(Exception):
    """No answer; ``advice`` is for the person who looks at the report."""

    advice = "Something went wrong while reading the data. The log of the report server says what."
    heals_itself = False
    """Whether asking again a little later may help without anybody doing anything."""


class AwayError(DataError):
    """The database cannot be reached."""

    advice = "The database does not answer right now. This page tries again by itself; nothing is lost."
    heals_itself = True


class SlowError(DataError):
    """A query took longer than it may."""

    advice = "Reading this took too long. Choose a shorter period or fewer filters, or try again later."


class EmptyError(DataError):
    """The database was never set up."""

    advice = "The database has no tables yet. They are made when the system is deployed."
    heals_itself = True


def of_database(error: Exception) -> DataError:
    """The error that a report shows; no text of the database leaves the server."""
    if isinstance(error, errors.QueryCanceled):
        return SlowError()
    if isinstance(error, errors.UndefinedTable):
        return EmptyError()
    if isinstance(error, psycopg.OperationalError | PoolTimeout | TooManyRequests):
        return AwayError()
    return DataError()
