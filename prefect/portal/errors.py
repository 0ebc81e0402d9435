"""Errors of the portal: a code, a message and an HTTP status."""

from __future__ import annotations

RetryAfter = int | str | None


class SodaError(Exception):
    """A rejected request.

    ``code`` is a code of Socrata's error table, ``status`` the HTTP status it is sent with. ``retry_after``
    is sent unchanged, so that tests can send invalid values.
    """

    def __init__(self, code: str, message: str, status: int = 400, retry_after: RetryAfter = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.retry_after = retry_after

    def body(self) -> dict[str, object]:
        """The JSON object of the response; errors of the query engine have their own format."""
        if self.code.startswith("query."):
            return {"message": self.message, "errorCode": self.code, "data": {}}
        return {"code": self.code, "error": True, "message": self.message}


def query_error(code: str, message: str) -> SodaError:
    return SodaError(code, f"Query coordinator error: {code}; {message}")


def no_such_column(name: str) -> SodaError:
    return query_error("query.soql.no-such-column", f"No such column: {name}")


def type_mismatch(message: str) -> SodaError:
    return query_error("query.soql.type-mismatch", message)


def malformed(message: str) -> SodaError:
    return SodaError("query.compiler.malformed", f"Could not parse SoQL query: {message}")


def not_found(message: str = "Not found") -> SodaError:
    return SodaError("dataset.missing", message, status=404)


def private() -> SodaError:
    """The dataset is private: same status and code as for a bad token, but a different message."""
    return SodaError("permission_denied", "You must be logged in to access this resource", 403)


def bad_token() -> SodaError:
    return SodaError("permission_denied", "Invalid app_token specified", 403)


def token_required() -> SodaError:
    message = "An app token or a login is required to query this endpoint"
    return SodaError("authentication_required", message, 403)


def throttled(retry_after: RetryAfter = None) -> SodaError:
    message = "You have been throttled: too many requests. An app token raises the limit."
    return SodaError("too_many_requests", message, 429, retry_after)


BY_STATUS = {
    403: private(),
    404: not_found(),
    410: SodaError("dataset.gone", "The dataset has been deleted", 410),
    429: throttled(),
    500: SodaError("internal_error", "Internal error", 500),
    503: SodaError("internal_error", "Service temporarily unavailable", 503),
}


def of_status(status: int, retry_after: RetryAfter = None) -> SodaError:
    """The usual error for a status."""
    usual = BY_STATUS.get(status) or SodaError("error", f"The portal responded with {status}", status)
    return SodaError(usual.code, usual.message, status, retry_after)
