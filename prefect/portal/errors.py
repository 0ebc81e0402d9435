"""Errors as the portal answers them: a code, a message and an HTTP status."""

from __future__ import annotations


class SodaError(Exception):
    """A refused request.

    ``code`` is the dotted code of Socrata's error table, ``status`` the HTTP status it travels with.
    """

    def __init__(self, code: str, message: str, status: int = 400, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.retry_after_seconds = retry_after

    def body(self) -> dict[str, object]:
        """The JSON object of the answer, in Socrata's shape."""
        return {"code": self.code, "error": True, "message": self.message}


def no_such_column(name: str) -> SodaError:
    return SodaError(
        "query.soql.no-such-column",
        f"Query coordinator error: query.soql.no-such-column; No such column: {name}",
    )


def type_mismatch(message: str) -> SodaError:
    return SodaError(
        "query.soql.type-mismatch", f"Query coordinator error: query.soql.type-mismatch; {message}"
    )


def malformed(message: str) -> SodaError:
    return SodaError("query.compiler.malformed", f"Could not parse SoQL query: {message}")


def not_found(message: str = "Not found") -> SodaError:
    return SodaError("dataset.missing", message, status=404)
