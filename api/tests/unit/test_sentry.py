from __future__ import annotations

import pytest

from lacity_data_api.sentry import sampler


@pytest.mark.parametrize(
    ("context", "share"),
    [
        ({"asgi_scope": {"path": "/status/api"}}, 0.0),
        ({"asgi_scope": {"path": "/status/live"}}, 0.0),
        ({"asgi_scope": {"path": "/requests"}}, 0.02),
        ({"asgi_scope": {"path": "/status/db"}}, 0.02),
        ({}, 0.02),
    ],
)
def test_a_share_of_requests_is_traced_and_no_health_check(context: dict[str, object], share: float) -> None:
    assert sampler(0.02)(context) == share
