"""A replayed response equals the response of an API without an in-memory cache."""

from __future__ import annotations

import random
import re
import socket
from collections.abc import Iterator
from typing import Self
from urllib.parse import urlsplit

import pytest

from lacity_data_api.http.replayer import Replayer
from tests.support.changes import add_changes
from tests.support.databases import Database
from tests.support.rows import add_requests
from tests.support.serving import ADMIN, ORIGIN, Api, serve, settings_for
from tests.support.waiting import until

CHANGING = re.compile(rb"\r\n(?:date|x-request-id): [^\r]*")
PATHS = (
    "/councils",
    "/councils?",
    "/regions",
    "/types",
    "/requests?limit=2",
    "/requests?limit=2&limit=3",
    "/requests?limit=2#part",
    "/requests?unknown=1",
    "/requests/pins/open",
    "/geojson/hotspots?start_date=2020-01-01",
    "/open311/v2/services.json",
    "/open311/v2/services",
    "/councils/999",
    "//councils",
    "/changes",
    "/changes?limit=1",
    "/status/log",
    "/nowhere",
)
ENCODINGS = ("", "br", "gzip", "gzip, deflate, br", "br;q=0", "*", "identity")
ORIGINS = ("", ORIGIN, "https://evil.example", "null")
OTHERS = (
    "Range: bytes=0-9",
    "Connection: close",
    "Connection: upgrade\r\nUpgrade: h2c",
    "Host: second.example",
    "Content-Length: 2\r\n\r\n{}",
    "Content-Length: 0",
    "Transfer-Encoding: chunked\r\n\r\n0",
    "Accept: text/html",
    "Accept: application/x-ndjson",
    "Accept: application/json\r\nAccept: application/x-ndjson",
    "Accept: application/x-ndjson;q=0.1, */*",
    "Accept-Encoding: br",
    "Authorization: " + ADMIN["Authorization"],
    "Cookie: a=1",
)


@pytest.fixture(scope="module", autouse=True)
def rows(database: Database) -> None:
    add_requests(database, *({"created_date": f"2020-01-{day:02}"} for day in range(1, 31)))
    add_changes(database, {}, {})


@pytest.fixture(scope="module")
def fresh(api: Api, database: Database) -> Iterator[Api]:
    """The same API without an in-memory cache."""
    api.publish()
    with serve(settings_for(database)) as running:
        running.state.responses.memory.max_bytes = 0
        running.state.responses.memory.replace_all([])
        yield running


@pytest.fixture
def replayed(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The targets of requests whose responses were replayed."""
    targets: list[bytes] = []
    original = Replayer.respond

    def respond(self: Replayer, target: bytes, *more: object) -> bool:
        is_served = original(self, target, *more)  # type: ignore[arg-type]
        targets.extend([target] * is_served)
        return is_served

    monkeypatch.setattr(Replayer, "respond", respond)
    return targets


class Client:
    """A connection on which requests are sent byte for byte."""

    def __init__(self, api: Api) -> None:
        parts = urlsplit(api.url)
        self._socket = socket.create_connection((parts.hostname, parts.port), timeout=30)
        self._received = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def send(self, *requests: bytes) -> None:
        self._socket.sendall(b"".join(requests))

    def response(self, *, is_head: bool = False) -> tuple[bytes, bytes]:
        """The next response head, without the lines that always differ, and the body."""
        while b"\r\n\r\n" not in self._received:
            self._receive()
        head, _, self._received = self._received.partition(b"\r\n\r\n")
        length = re.search(rb"\r\ncontent-length: (\d+)", head)
        size = int(length[1]) if length and not is_head else 0
        while len(self._received) < size:
            self._receive()
        body, self._received = self._received[:size], self._received[size:]
        return CHANGING.sub(b"", head), body

    def _receive(self) -> None:
        part = self._socket.recv(65_536)
        assert part, self._received
        self._received += part


def _ask(api: Api, request: bytes) -> tuple[list[bytes], bytes]:
    """Headers sorted by name, and the body."""
    with Client(api) as client:
        client.send(request)
        head, body = client.response(is_head=request.startswith(b"HEAD"))
    return sorted(head.split(b"\r\n")), body


def _request(path: str, *lines: str, method: str = "GET", version: str = "1.1") -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/{version}", *lines, "", ""]).encode()


def _any_request(chance: random.Random, tags: list[str]) -> bytes:
    lines = [] if chance.random() < 0.05 else ["Host: a"]
    if encoding := chance.choice(ENCODINGS):
        lines.append(f"Accept-Encoding: {encoding}")
    if origin := chance.choice(ORIGINS):
        lines.append(f"Origin: {origin}")
    if tags and chance.random() < 0.3:
        lines.append(f"If-None-Match: {chance.choice(tags)}")
    if chance.random() < 0.3:
        # The last request may have a body.
        lines.append(chance.choice(OTHERS))
    method, version = chance.choice(["GET"] * 8 + ["HEAD", "POST"]), chance.choice(["1.1"] * 9 + ["1.0"])
    return _request(chance.choice(PATHS), *lines, method=method, version=version)


def _tag(answer: tuple[list[bytes], bytes]) -> list[str]:
    return [line[6:].decode() for line in answer[0] if line.startswith(b"etag: ")]


@pytest.mark.parametrize("seed", range(4))
def test_any_request_has_the_response_of_an_api_without_memory(
    api: Api, fresh: Api, replayed: list[bytes], seed: int
) -> None:
    chance, tags = random.Random(seed), ["*", '"other"']
    for _ in range(60):
        request = _any_request(chance, tags)
        expected = _ask(fresh, request)
        for _ in range(3):
            assert _ask(api, request) == expected, request
        tags += _tag(expected)
    assert len(set(replayed)) > 3


@pytest.mark.parametrize(
    ("method", "version", "line"),
    [
        ("GET", "1.1", "Connection: close"),
        ("GET", "1.1", "Connection: upgrade\r\nUpgrade: h2c"),
        ("GET", "1.1", "Content-Length: 2\r\n\r\n{}"),
        ("GET", "1.1", "Content-Length: 0"),
        ("GET", "1.1", "Transfer-Encoding: chunked\r\n\r\n0"),
        ("GET", "1.1", "Host: second.example"),
        ("GET", "1.1", "X-Request-ID: a\r\nX-Request-ID: b"),
        ("GET", "1.1", "X-Forwarded-For: 192.0.2.1"),
        ("GET", "1.0", "Cookie: a=1"),
        ("HEAD", "1.1", "Cookie: a=1"),
        ("POST", "1.1", "Cookie: a=1"),
    ],
)
def test_an_unusual_request_takes_the_usual_path(
    api: Api, fresh: Api, replayed: list[bytes], method: str, version: str, line: str
) -> None:
    for _ in range(3):
        _ask(api, _request("/sources", "Host: a"))
    assert replayed
    replayed.clear()
    request = _request("/sources", "Host: a", line, method=method, version=version)
    assert _ask(api, request) == _ask(fresh, request)
    assert replayed == []


def test_a_request_without_a_host_is_rejected(api: Api, replayed: list[bytes]) -> None:
    for _ in range(3):
        _ask(api, _request("/agencies", "Host: a"))
    replayed.clear()
    assert _ask(api, _request("/agencies"))[0][0] == b"HTTP/1.1 400 Bad Request"
    assert replayed == []


def test_it_is_sent_again_byte_for_byte(api: Api, replayed: list[bytes]) -> None:
    request = _request("/councils?", "Host: a", f"Origin: {ORIGIN}", "Accept-Encoding: br")
    with Client(api) as client:
        given = []
        for _ in range(4):
            client.send(request)
            given.append(client.response())
    assert replayed == [b"/councils?"] * len(replayed) != []
    assert given[0] == given[1] == given[2] == given[3]
    assert given[0][0].startswith(b"HTTP/1.1 200 OK\r\n")


def test_each_form_of_a_negotiated_response_is_replayed_to_those_who_accept_it(
    api: Api, fresh: Api, replayed: list[bytes]
) -> None:
    accepts = ("Accept: */*", "Accept: application/x-ndjson", "Accept: application/json", "Cookie: a=1")
    requests = [_request("/changes?limit=2", "Host: a", accept) for accept in accepts]
    given = [[_ask(api, request) for request in requests] for _ in range(4)]
    assert given == [[_ask(fresh, request) for request in requests]] * 4
    assert len(replayed) >= len(requests)
    bodies = [body for _, body in given[0]]
    assert bodies[1].count(b"\n") == 2
    assert bodies[0] == bodies[2] == bodies[3] != bodies[1]


def test_requests_in_a_row_are_served_in_order(api: Api, replayed: list[bytes]) -> None:
    paths = ["/regions", "/councils", "/requests?limit=7", "/nowhere", "/councils", "/regions"] * 20
    expected = {path: _ask(api, _request(path, "Host: a"))[1] for _ in range(3) for path in paths}
    replayed.clear()
    with Client(api) as client:
        client.send(*(_request(path, "Host: a") for path in paths))
        assert [client.response()[1] for _ in paths] == [expected[path] for path in paths]
    assert replayed


def test_another_generation_is_served_at_once(api: Api, database: Database, replayed: list[bytes]) -> None:
    request = _request("/requests/pins/open", "Host: a")
    before = [_ask(api, request) for _ in range(3)][-1]
    assert replayed
    with database.load() as cursor:
        cursor.execute("DELETE FROM service_requests WHERE created_date >= '2020-01-20'")
    api.publish()
    replayed.clear()
    after = [_ask(api, request) for _ in range(3)]
    assert after[0] == after[1] == after[2] != before
    assert len(after[0][1]) < len(before[1])
    assert replayed


def test_another_generation_is_served_without_redis(database: Database, replayed: list[bytes]) -> None:
    request = _request("/requests/pins/open", "Host: a")
    with serve(settings_for(database, redis_url="redis://127.0.0.1:1")) as alone:
        before = [_ask(alone, request) for _ in range(3)][-1]
        assert replayed
        with database.load() as cursor:
            cursor.execute("DELETE FROM service_requests WHERE created_date >= '2020-01-10'")
        assert until(lambda: _ask(alone, request) != before)
        assert len(_ask(alone, request)[1]) < len(before[1])


def test_every_request_is_counted_and_logged(
    api: Api, replayed: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    added: list[tuple[bytes, bytes, int, str]] = []

    def add(request_id: bytes, outcome: object, seconds: float, client: str) -> None:
        added.append((request_id, outcome.fields, seconds >= 0, client))  # type: ignore[attr-defined]

    monkeypatch.setattr(api.state.access_log, "is_on", True)
    monkeypatch.setattr(api.state.access_log, "add", add)
    names = [f"again-{number}" for number in range(4)]
    with Client(api) as client:
        for name in names:
            client.send(_request("/types/stats?", "Host: a", f"X-Request-ID: {name}"))
            client.response()
    assert replayed
    # A request that reached a route is logged shortly after its client has received the response.
    assert until(lambda: len(added) == len(names))
    assert sorted(line[0].decode() for line in added) == names
    assert len({line[1:] for line in added}) == 1
    assert added[0][3] == "127.0.0.1"


def test_a_trusted_proxy_names_the_client(
    api: Api, replayed: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    clients: list[str] = []
    monkeypatch.setattr(api.state.access_log, "is_on", True)
    monkeypatch.setattr(api.state.access_log, "add", lambda *line: clients.append(line[-1]))
    for number in range(4):
        _ask(api, _request("/agencies", "Host: a", f"X-Forwarded-For: 192.0.2.{number}"))
    assert clients == [f"192.0.2.{number}" for number in range(4)]
