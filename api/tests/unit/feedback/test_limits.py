from __future__ import annotations

import asyncio

import pytest
from limits.aio.storage import MemoryStorage

from lacity_data_api.feedback.limits import Limiter, client_key


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
def test_key_identifies_a_customer(one: str, other: str, is_same: bool) -> None:
    assert (client_key(one) == client_key(other)) is is_same


def test_key_does_not_show_the_address() -> None:
    assert "192.0.2.1" not in client_key("192.0.2.1")


def test_one_client_cannot_use_up_the_limit_of_all() -> None:
    async def take() -> list[list[bool | None]]:
        limiter = Limiter(MemoryStorage(), per_client=2, per_hour=4)
        return [[await limiter.take(client) for _ in range(20)] for client in ("a", "b", "c")]

    assert [sum(map(bool, accepted)) for accepted in asyncio.run(take())] == [2, 2, 0]
