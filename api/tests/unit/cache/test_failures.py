from __future__ import annotations

import pytest

from lacity_data_api.cache import failures
from lacity_data_api.cache.failures import Failures
from lacity_data_api.errors import BusyError, NotFoundError, QueryTimeoutError


def test_a_missing_body_is_repeated_until_the_data_changes() -> None:
    known = Failures()
    known.add("a", NotFoundError("none"))
    with pytest.raises(NotFoundError, match="none"):
        known.check("a")
    known.check("b")
    known.clear()
    known.check("a")


def test_timeouts_are_repeated_from_the_second_on_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    known, now = Failures(), [100.0]
    monkeypatch.setattr(failures, "monotonic", lambda: now[0])
    known.add("a", QueryTimeoutError())
    known.check("a")
    known.add("a", QueryTimeoutError())
    with pytest.raises(QueryTimeoutError):
        known.check("a")
    for later in (failures.PAUSE_SECONDS, 1):
        now[0] += later
        known.check("a")


def test_what_passes_by_itself_is_not_remembered() -> None:
    known = Failures()
    known.add("a", BusyError())
    known.check("a")


def test_the_oldest_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failures, "MAX_FAILURES", 2)
    known = Failures()
    for key in "abc":
        known.add(key, NotFoundError())
    known.check("a")
    for key in "bc":
        with pytest.raises(NotFoundError):
            known.check(key)


def test_a_failure_that_was_seen_again_is_not_the_oldest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failures, "MAX_FAILURES", 2)
    known = Failures()
    for key in "abac":
        known.add(key, NotFoundError())
    known.check("b")
    for key in "ac":
        with pytest.raises(NotFoundError):
            known.check(key)


def test_a_client_that_waits_as_long_as_it_is_told_is_not_refused_again() -> None:
    assert float(QueryTimeoutError.headers["Retry-After"]) == failures.PAUSE_SECONDS
