"""Errors of a run, by who has to act; each class has its own exit code."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar


class IngestError(Exception):
    """A run that failed for a known reason; the message is written for the engineer on call."""

    exit_code: ClassVar[int] = 30
    category: ClassVar[str] = "internal error"


class SettingsError(IngestError):
    """A setting or the city's declaration is missing or invalid; the message names it."""

    category = "settings missing or wrong"


class PortalError(IngestError):
    """The portal does not respond, or its response is invalid: wait, or check the city's portal."""

    exit_code = 10
    category = "portal error"


class TokenError(PortalError):
    """The portal rejects the app token, or requires one: no dataset can be read until this is fixed."""


class UnavailableError(PortalError):
    """The portal reports that a dataset is private, unknown or deleted."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (str(self), self.status)


class DataError(IngestError):
    """The portal responds, but the published data cannot be loaded.

    ``checks`` are the quality checks so far, ``reasons`` the rejected rows by dataset and reason.
    """

    exit_code = 20
    category = "data error"

    def __init__(self, message: str, checks: Sequence[Any] = (), reasons: Sequence[Any] = ()) -> None:
        super().__init__(message)
        self.checks = tuple(checks)
        self.reasons = tuple(reasons)


class PublishError(IngestError):
    """The data is in the database, but the API does not serve it yet; the next run publishes again."""

    exit_code = 40
    category = "API error"


class UnreachableError(IngestError):
    """The database cannot be reached."""


class BusyError(IngestError):
    """Another run holds the lock; the message names it."""

    exit_code = 50
    category = "another run"


class PartialError(IngestError):
    """Some datasets were skipped; the others are loaded and served, and the next run retries all of them."""

    exit_code = 60
    category = "partial run"


class FilesError(IngestError):
    """The data is loaded and served; some or all files are of an earlier run. The next run writes them."""

    exit_code = 70
    category = "published without files"


class MaintenanceError(IngestError):
    """The data is loaded and served, but maintenance after that failed; the next run repeats it."""

    exit_code = 80
    category = "published without maintenance"


UNEXPECTED_EXIT_CODE = IngestError.exit_code
INTERRUPTED_EXIT_CODE = 130
TERMINATED_EXIT_CODE = 143
EXIT_CODES = {
    0: "succeeded",
    2: "wrong arguments",
    PortalError.exit_code: "portal error: no dataset could be read",
    DataError.exit_code: "data error: nothing was changed",
    UNEXPECTED_EXIT_CODE: "internal error: the database, the settings, or a defect",
    PublishError.exit_code: "loaded, but the API does not serve it yet",
    BusyError.exit_code: "another run is in progress",
    PartialError.exit_code: "partial: some datasets were skipped, the others are loaded and served",
    FilesError.exit_code: "published without files: the data is served, files of an earlier run remain",
    MaintenanceError.exit_code: "published without maintenance: the data is served, old rows may remain",
    INTERRUPTED_EXIT_CODE: "interrupted by Ctrl-C",
    TERMINATED_EXIT_CODE: "terminated by SIGTERM",
}
"""The only list of exit codes; the help text and the documentation are derived from it."""


def failure_text(error: BaseException) -> str:
    """The message of a failure: in full if it is a known error, otherwise its type and first line."""
    if isinstance(error, IngestError):
        return f"{error.category}: {error}"
    if not isinstance(error, Exception):
        return f"terminated by {type(error).__name__}"
    return f"{IngestError.category}: {cause_text(error)}"


def one_line(text: str) -> str:
    """A text of another program as one line, because the last line of the log summarizes the failure."""
    return " ".join(text.split())


def cause_text(error: Exception) -> str:
    """The type of an error and the first line of its message."""
    first_line = str(error).strip().split("\n")[0]
    return f"{type(error).__name__}: {first_line}"
