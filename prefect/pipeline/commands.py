"""The end of every command: a documented exit code, and a log line that gives the cause of a failure."""

from __future__ import annotations

import logging
from collections.abc import Callable

from pipeline.errors import INTERRUPTED_EXIT_CODE, UNEXPECTED_EXIT_CODE, IngestError

log = logging.getLogger("pipeline")


def exit_code_of(action: Callable[[], int | None]) -> int:
    """Run the action; returns its exit code (0 if it returns none), or the one of its error.

    SystemExit is raised: wrong arguments and SIGTERM have exit codes of their own.
    """
    try:
        return action() or 0
    except IngestError as error:
        log.error("%s: %s", error.category, error)  # noqa: TRY400  # an expected failure needs no traceback
        return error.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED_EXIT_CODE
    except Exception:
        log.exception(IngestError.category)
        return UNEXPECTED_EXIT_CODE
