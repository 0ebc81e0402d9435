from __future__ import annotations

import pytest

from lacity_data_api.sentry import traced_share


@pytest.mark.parametrize(
    ("context", "share"),
    [
        ({"asgi_scope": {"path": "/status/api"}}, 0.01),
        ({"asgi_scope": {"path": "/status/live"}}, 0.01),
        ({"asgi_scope": {"path": "/requests"}}, 1.0),
        ({"asgi_scope": {"path": "/status/db"}}, 1.0),
        ({}, 1.0),
    ],
)
def test_health_checks_are_sampled(context: dict[str, object], share: float) -> None:
    assert traced_share(context) == share
