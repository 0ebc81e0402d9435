from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from pipeline import socrata
from pipeline.config import Settings
from pipeline.socrata import Patience, Portal, TemporaryError, asked_wait, clean

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)


def settings(**changed: Any) -> Settings:
    return Settings(database_loader_url="postgresql://unused", socrata_url="http://127.0.0.1:9", **changed)


@pytest.mark.parametrize(
    ("retry_after", "seconds"),
    [
        ("", None),
        ("soon", None),
        ("7", 7.0),
        ("Tue, 24 Nov 2026 08:00:30 GMT", 30.0),
        ("Tue, 24 Nov 2026 07:00:00 GMT", 0.0),
    ],
)
def test_a_portal_may_say_how_long_to_wait(retry_after: str, seconds: float | None) -> None:
    assert asked_wait(retry_after, NOW) == seconds


def test_the_asked_wait_is_kept_and_other_waits_grow(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr("tenacity.nap.time.sleep", waits.append)
    failures = [TemporaryError("busy", 7.0), TemporaryError("busy", 10_000.0), *[TemporaryError("busy")] * 8]

    def attempt() -> str:
        if failures:
            raise failures.pop(0)
        return "answer"

    assert Patience(11, 1.0)("question", attempt) == "answer"
    assert waits[:2] == [7.0, socrata.LONGEST_ASKED_SECONDS]
    assert all(0 <= wait <= 2.0**tries for tries, wait in enumerate(waits[2:], 3))
    assert len(set(waits[2:])) > 1, "without jitter every client would come back at once"
    assert max(waits[2:]) <= socrata.LONGEST_WAIT_SECONDS


def test_nothing_is_sent_to_the_portal_that_it_need_not_know() -> None:
    with Portal(settings()) as portal:
        assert "X-App-token" not in portal.session.headers
        assert "311-data-server" in portal.session.headers["User-Agent"]
    with Portal(settings(socrata_app_token="a-token")) as portal:
        assert portal.session.headers["X-App-token"] == "a-token"


def test_bytes_that_postgres_refuses_are_replaced() -> None:
    pieces = [b"caf\xc3", b"\xa9 \x00\xff", "東".encode()[:2]]
    assert b"".join(clean(iter(pieces))).decode() == "café \ufffd\ufffd"
