from __future__ import annotations

import pytest

from lacity_data_api.feedback import limits
from lacity_data_api.feedback.limits import OwnCount, client_key


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8::1", "2001:db8::ffff", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("", "no address", True),
    ],
)
def test_clients_are_told_apart_by_what_one_customer_gets(one: str, other: str, is_same: bool) -> None:
    assert (client_key(one) == client_key(other)) is is_same


def test_key_does_not_show_the_address() -> None:
    assert "192.0.2.1" not in client_key("192.0.2.1")


def test_one_client_cannot_use_up_what_is_for_all() -> None:
    count = OwnCount(per_client=4, per_all=8, workers=2)
    assert [count.take("a") for _ in range(20)] == [True, True] + [False] * 18
    assert [count.take("b") for _ in range(3)] == [True, True, False]
    assert count.take("c") is False


def test_next_hour_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 7_200.0
    monkeypatch.setattr(limits.time, "time", lambda: now)
    count = OwnCount(per_client=1, per_all=1, workers=4)
    assert [count.take("a"), count.take("a")] == [True, False]
    now += limits.HOUR_SECONDS
    assert count.take("a")
