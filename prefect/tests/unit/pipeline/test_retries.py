from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pipeline import retries
from pipeline.retries import Retries, TemporaryError, retry_after_seconds

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("retry_after", "seconds"),
    [
        ("7", 7.0),
        (" 7 ", 7.0),
        ("Tue, 24 Nov 2026 08:00:30 GMT", 30.0),
        ("Tuesday, 24-Nov-26 08:00:30 GMT", 30.0),
        ("Tue Nov 24 08:00:30 2026", 30.0),
        ("Tue, 24 Nov 2026 08:00:30 -0000", 30.0),
        ("Tue, 24 Nov 2026 07:00:00 GMT", 0.0),
        ("9" * 400, float("inf")),
        ("", None),
        ("soon", None),
        ("-3", None),
        ("1.5", None),
        ("٣", None),
        ("Tue, 99 Nov 2026 08:00:30 GMT", None),
        ("Tue, 24 Nov 99999 08:00:30 GMT", None),
        ("Tue, 24 Nov 2026 08:00:30 +9999999", None),
    ],
)
def test_a_portal_may_say_how_long_to_wait(retry_after: str, seconds: float | None) -> None:
    assert retry_after_seconds(retry_after, NOW) == seconds


def test_the_asked_wait_is_bounded_and_other_waits_grow(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr("tenacity.nap.time.sleep", waits.append)
    asked = [TemporaryError("busy", wait) for wait in (7.0, 10_000.0, float("inf"))]
    failures = [*asked, *[TemporaryError("busy")] * 8]

    def attempt() -> str:
        if failures:
            raise failures.pop(0)
        return "response"

    assert Retries(12, 1.0)(attempt) == "response"
    assert waits[:3] == [7.0, retries.MAX_RETRY_AFTER_SECONDS, retries.MAX_RETRY_AFTER_SECONDS]
    assert all(0 <= wait <= 2.0**tries for tries, wait in enumerate(waits[3:], 4))
    assert len(set(waits[3:])) > 1, "without jitter every client would come back at once"
    assert max(waits[3:]) <= retries.MAX_WAIT_SECONDS
