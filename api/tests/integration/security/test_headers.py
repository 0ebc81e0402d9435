"""No response can be framed, sniffed as a script, or run scripts of another site."""

from __future__ import annotations

import httpx
import pytest

from tests.integration.security.operations import operations
from tests.support.serving import Api

OTHERS = [
    "/",
    "/docs",
    "/docs/start.js",
    "/openapi.json",
    "/nothing",
    "/requests?unknown=1",
    "/types/",
    "/%FF",
]
LONG = "/types?" + "x" * 40_000


def _is_protected(response: httpx.Response) -> bool:
    policy = response.headers.get("content-security-policy", "")
    return (
        "default-src 'none'" in policy
        and "frame-ancestors 'none'" in policy
        and "unsafe" not in policy
        and "http" not in policy
        and response.headers.get_list("content-security-policy") == [policy]
        and response.headers.get("x-content-type-options") == "nosniff"
    )


def test_every_route(api: Api) -> None:
    known = operations(api.json("/openapi.json"))
    assert len(known) > 50
    assert [str(one) for one in known if not _is_protected(one.ask(api, ("", ""), ""))] == []


@pytest.mark.parametrize("path", [*OTHERS, LONG])
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "DELETE"])
def test_everything_else(api: Api, method: str, path: str) -> None:
    # The second time, the response may come from memory.
    for _ in range(2):
        assert _is_protected(api.client.request(method, path, headers={"Origin": "https://any.example"}))
