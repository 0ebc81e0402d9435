"""Attempts at SQL injection in every part of every request that the OpenAPI document describes.

A successful attempt would either notify a channel, which needs no privilege, writes nothing and takes no
time, or read a secret that no route reads.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterator
from typing import Any

import psycopg2
import pytest

from tests.integration.security.conftest import SECRET
from tests.integration.security.operations import Operation, Part, operations
from tests.support.databases import Database
from tests.support.serving import Api

RUN = "(SELECT pg_notify('canary', 'canary')::text)"
READ = "(SELECT secret FROM canary)"
ATTEMPTS = [
    f"1; SELECT {RUN}; --",
    f"1'; SELECT {RUN}; --",
    f"1 OR {RUN} IS NOT NULL",
    f"1' OR {RUN} IS NOT NULL OR '1'='1",
    f"1') OR ({RUN} IS NOT NULL) --",
    f"' || {RUN} || '",
    f"1 UNION ALL SELECT {READ} --",
    f"' UNION SELECT {READ}, NULL --",
    f"{RUN}",
    f"{READ}",
    f"service_requests, LATERAL {RUN} x",
    f"2020-01-01'::date AND {RUN} <> '' AND '1'='1",
    f"created_date>=2020-01-01' AND {RUN} IS NOT NULL --",
    f"type_name=x') OR {RUN} IS NOT NULL --",
    f"{RUN}>=1",
    f"council_name={READ}",
    f"$1{RUN}",
    f":value_0 {RUN}",
    f"\\'; SELECT {RUN}; --",
    f"\ufeff\u02bc; SELECT {RUN}; --",
    f"1/**/OR/**/{RUN}/**/IS/**/NOT/**/NULL",
    f"$$ {RUN} $$",
]
ODDITIES = [
    "",
    " ",
    "'",
    '"',
    "\\",
    "\x00",
    "%00%s%d%n{0}{x}{{}}",
    "../../../etc/passwd",
    "\r\nX-Injected: yes",
    "💥" * 50,
    "9" * 400,
    "-" + "9" * 19,
    "1e309",
    "NaN",
    "-Infinity",
    "0001-01-01",
    "9999-12-31",
    "10000-01-01",
    "infinity",
    "null",
    "[]",
    "a" * 20_000,
]

Notified = Callable[[], list[str]]


@pytest.fixture(scope="module")
def notified(database: Database) -> Iterator[Notified]:
    """The notifications on the channel since the last call."""
    with contextlib.closing(psycopg2.connect(database.owner_url)) as connection:
        connection.autocommit = True
        connection.cursor().execute("LISTEN canary")

        def hear() -> list[str]:
            connection.cursor().execute("SELECT 1")
            connection.poll()
            payloads = [notice.payload for notice in connection.notifies]
            connection.notifies.clear()
            return payloads

        yield hear


@pytest.fixture(scope="module")
def described(api: Api) -> list[Operation]:
    return operations(api.json("/openapi.json"))


def attacked(described: list[Operation]) -> Iterator[tuple[Operation, Part]]:
    for operation in described:
        for part in operation.parts:
            yield operation, part


def judge(operation: Operation, part: Part, value: str, response: Any) -> str | None:
    """The problem with a response, if any."""
    if response.status_code >= 500:
        return f"{operation} {part} {value[:80]!r}: {response.status_code}"
    if SECRET in response.text:
        return f"{operation} {part} {value[:80]!r}: read the canary"
    if "x-injected" in response.headers:
        return f"{operation} {part} {value[:80]!r}: wrote a header"
    return None


def faults(api: Api, described: list[Operation], values: list[str], at_most: int) -> list[str]:
    """All problems found; each part is tried with up to this many of the values, in rotation."""
    turn = itertools.cycle(values)
    return [
        fault
        for operation, part in attacked(described)
        for value in itertools.islice(turn, min(at_most, len(values)))
        if (fault := judge(operation, part, value, operation.ask(api, part, value)))
    ]


def test_canary_works(database: Database, notified: Notified) -> None:
    database.run(f"SELECT {RUN}", url=database.reader_url)
    assert notified() == ["canary"]
    assert database.run(f"SELECT {READ}", url=database.reader_url) == [(SECRET,)]


def test_every_parameter_of_every_route_is_attacked(described: list[Operation]) -> None:
    parts = {(str(operation), *part) for operation, part in attacked(described)}
    assert len(parts) > 90
    assert {
        ("GET /reports", "query", "filter"),
        ("GET /geojson/hotspots", "query", "start_date"),
        ("GET /reports/export/{year}/{file}.csv", "path", "file"),
        ("POST /comparison/timetoclose", "body", "startDate"),
        ("POST /comparison/counts", "body", "set2.list"),
        ("POST /feedback", "body", "body"),
    } <= parts


def test_valid_requests_succeed(api: Api, described: list[Operation]) -> None:
    nothing = ("", "")
    statuses = {str(operation): operation.ask(api, nothing, "").status_code for operation in described}
    assert {name: status for name, status in statuses.items() if status not in {200, 201, 404}} == {}


def test_nothing_is_executed_and_nothing_breaks(
    api: Api, described: list[Operation], notified: Notified
) -> None:
    assert faults(api, described, ATTEMPTS, at_most=4) == []
    assert notified() == []


def test_odd_values_break_nothing(api: Api, described: list[Operation]) -> None:
    assert faults(api, described, ODDITIES, at_most=3) == []


@pytest.mark.slow
def test_nothing_is_executed_by_any_attempt_anywhere(
    api: Api, described: list[Operation], notified: Notified
) -> None:
    assert faults(api, described, ATTEMPTS + ODDITIES, at_most=1_000) == []
    assert notified() == []


@pytest.mark.parametrize(
    "header",
    [
        "Origin",
        "If-None-Match",
        "Accept-Encoding",
        "X-Request-ID",
        "Authorization",
        "X-Forwarded-For",
        "Host",
    ],
)
def test_headers_break_nothing(api: Api, notified: Notified, header: str) -> None:
    for path in ("/types", "/requests/1"):
        for value in (*ATTEMPTS[::3], "", ",", ";q=", "*", 'W/"', "a" * 8_000):
            response = api.client.get(path, headers={header: value.encode("utf-8", "ignore")})
            assert response.status_code < 500, (path, value)
            assert SECRET not in response.text
    assert notified() == []


def test_unknown_parameters_are_rejected(api: Api, notified: Notified) -> None:
    assert api.get("/types", **{RUN: RUN}).status_code == 422
    assert api.json("/servicerequest/1-1523593781", **{RUN: RUN})
    assert notified() == []


def test_undecodable_bytes_are_rejected(api: Api) -> None:
    for path in ("/requests/srnumber/%ff%fe", "/reports?filter=%ff", "/reports?field=%c0%80", "/%ff"):
        assert api.client.get(path).status_code in {404, 422}
    for content in (b"\xff\xfe", b"{", b"[" * 100_000, b'{"a":' * 5_000, b"1e400", b"NaN", b""):
        response = api.client.post("/map/pins", content=content, headers={"Content-Type": "application/json"})
        assert response.status_code == 422, content[:20]
