"""What can go wrong with a night, by who has to act; each class has its own exit code."""

from __future__ import annotations

from typing import ClassVar


class NightError(Exception):
    """A night that failed for a known reason; the message is written for the person on duty."""

    exit_code: ClassVar[int] = 30
    who: ClassVar[str] = "our own trouble"


class SourceError(NightError):
    """The portal did not answer, or answered nonsense: wait, or look at the city's portal."""

    exit_code = 10
    who = "trouble at the source"


class DataError(NightError):
    """The portal answers, but what it publishes cannot be taken as it is."""

    exit_code = 20
    who = "trouble with the data"


class PublishError(NightError):
    """The data is in the database, but the API does not serve it yet; the next run repeats the publishing."""

    exit_code = 40
    who = "trouble at the API"


class UnreachableError(NightError):
    """The database cannot be connected to."""


class BusyError(NightError):
    """Another run holds the lock; the message says which."""

    exit_code = 50
    who = "another run"


UNEXPECTED_EXIT_CODE = NightError.exit_code
TERMINATED_EXIT_CODE = 143
INTERRUPTED_EXIT_CODE = 130
EXIT_CODES = {
    0: "succeeded",
    2: "wrong arguments",
    SourceError.exit_code: "portal error: no dataset could be read",
    DataError.exit_code: "data error: nothing was changed",
    UNEXPECTED_EXIT_CODE: "internal error: the database, the settings, or a defect",
    PublishError.exit_code: "loaded, but the API does not serve it yet",
    BusyError.exit_code: "another run is in progress",
    INTERRUPTED_EXIT_CODE: "interrupted by Ctrl-C",
    TERMINATED_EXIT_CODE: "terminated by SIGTERM",
}
