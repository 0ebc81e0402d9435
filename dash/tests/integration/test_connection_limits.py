"""The share of a worker that one connection, or one client with many connections, may use."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from typing import Any

import pytest
from waitress import wasyncore

from documents import lists
from serving.clients import Proxies, network_of
from serving.limits import Limits
from serving.server import BoundedServer, turn

GET = b"GET / HTTP/1.1\r\nHost: a\r\n"
POST = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n"
WAIT = b"GET /wait HTTP/1.1\r\nHost: a\r\n\r\n"
DOWNLOAD = b"GET /big HTTP/1.1\r\nHost: a\r\n\r\n"
LIMITS = Limits(
    request_seconds=0.5, idle_seconds=1.5, download_seconds=0.5, connections=8, connections_per_client=4
)
BIG = 6_000_000
THREADS = 4
Start = Callable[[str, list[tuple[str, str]]], object]


class Application:
    """Small responses, except for ``/big`` and ``/wait``, which lasts until it is released."""

    def __init__(self) -> None:
        self.may_end = threading.Event()
        self.seen: list[dict[str, Any]] = []

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        self.seen.append(environ)
        if environ["PATH_INFO"] == "/wait":
            self.may_end.wait(20)
        body = b"x" * (BIG if environ["PATH_INFO"] == "/big" else 2)
        start("200 OK", [("Content-Length", str(len(body)))])
        return [body]


class Served:
    def __init__(self, application: Application, address: tuple[str, int]) -> None:
        self.application = application
        self._address = address

    @contextmanager
    def connection(self, source: str = "127.0.0.1") -> Iterator[socket.socket]:
        with socket.socket() as opened:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            opened.bind((source, 0))
            opened.settimeout(10)
            opened.connect(self._address)
            yield opened

    @contextmanager
    def connections(self, number: int, first: int, sent: bytes = b"") -> Iterator[list[socket.socket]]:
        """Connections from the addresses 127.0.0.``first`` on; all from one address if ``first`` is 0."""
        with ExitStack() as stack:
            sources = [f"127.0.0.{first + one if first else 2}" for one in range(number)]
            opened = [stack.enter_context(self.connection(source)) for source in sources]
            for one in opened:
                one.sendall(sent)
            yield opened

    def status(self, path: str = "/", source: str = "127.0.0.1", headers: str = "") -> str:
        with self.connection(source) as opened:
            opened.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\n{headers}\r\n".encode())
            return opened.recv(12).decode()[-3:]


Turn = Callable[[], None]


@contextmanager
def standing(trusted: tuple[str, ...] = (), limits: Limits = LIMITS) -> Iterator[tuple[Served, Turn]]:
    """A server that does nothing but during the turns that its user makes."""
    watched: dict[int, Any] = {}
    application = Application()
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        server = BoundedServer(application, listener, THREADS, Proxies(trusted), limits, watched)
        try:
            yield Served(application, listener.getsockname()), lambda: turn([server], watched, 0.05)
        finally:
            application.may_end.set()
            # It closes the files of what their clients have not read, too; close_all would leave them.
            for channel in [*server.active_channels.values()]:
                channel.handle_close()
            wasyncore.close_all(watched)
            server.task_dispatcher.shutdown(timeout=1)


@contextmanager
def serving(trusted: tuple[str, ...] = (), limits: Limits = LIMITS) -> Iterator[Served]:
    over = threading.Event()

    def loop(make_a_turn: Turn) -> None:
        while not over.is_set():
            make_a_turn()

    with standing(trusted, limits) as (served, make_a_turn):
        running = threading.Thread(target=loop, args=[make_a_turn])
        running.start()
        try:
            yield served
        finally:
            over.set()
            running.join()


@pytest.fixture
def served() -> Iterator[Served]:
    with serving() as found:
        yield found


def everything(connection: socket.socket) -> bytes:
    """Everything that the server sends until it closes the connection."""
    received = b""
    with suppress(ConnectionResetError):
        while part := connection.recv(65_536):
            received += part
    return received


@pytest.mark.parametrize("begin", [b"", b"G", GET, POST + b"x"])
def test_a_request_must_be_complete_in_time(served: Served, begin: bytes) -> None:
    begun = time.monotonic()
    with served.connection() as connection:
        connection.sendall(begin)
        assert everything(connection) == b""
    assert time.monotonic() - begun < 5


def test_a_connection_between_requests_may_wait_longer(served: Served) -> None:
    with served.connection() as connection:
        for _ in range(2):
            connection.sendall(GET + b"\r\n")
            received = b""
            while not received.endswith(b"\r\n\r\nxx"):
                received += connection.recv(4096)
            time.sleep(0.8)
        assert everything(connection) == b""


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (GET + b"Cookie: " + b"x" * 60_000 + b"\r\n\r\n", b"200"),
        (GET + b"Cookie: " + b"x" * 70_000 + b"\r\n\r\n", b"431"),
        (GET + b"a: b\r\n" * 101 + b"\r\n", b"400"),
        (GET + b"Host: b\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\n\r\n", b"400"),
        (b"GET / HTTP/1.0\r\n\r\n", b"200"),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000001\r\n\r\n", b"413"),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + b"9" * 5_000 + b"\r\n\r\n", b"400"),
        (b"nonsense\r\n\r\n", b"400"),
        (b"GET http://[a HTTP/1.1\r\nHost: a\r\n\r\n", b"400"),
        *(
            (b"GET " + target + b" HTTP/1.1\r\nHost: a\r\n\r\n", b"400")
            for target in (b"//assets?\xff", b"//\xff", b"/?\xff", b"http://a/\xff")
        ),
        (b"GET //?%ff HTTP/1.1\r\nHost: a\r\n\r\n", b"200"),
    ],
)
def test_heads(served: Served, head: bytes, status: bytes) -> None:
    with served.connection() as connection:
        connection.sendall(head)
        assert connection.recv(12)[-3:] == status


def test_a_download_that_is_not_taken_is_cut_off(served: Served) -> None:
    with served.connection() as connection:
        connection.sendall(DOWNLOAD)
        time.sleep(2.5)
        assert len(everything(connection)) < BIG


def test_one_client_has_only_so_many_connections_and_loses_the_idle_ones_first(served: Served) -> None:
    with served.connections(LIMITS.connections_per_client + 1, 0) as opened:
        assert opened[0].recv(1) == b""
        opened[-1].sendall(GET + b"\r\n")
        assert opened[-1].recv(12) == b"HTTP/1.1 200"


def test_a_crowd_leaves_room_for_the_next(served: Served) -> None:
    with served.connections(20, 2):
        assert served.status() == "200"


ROOMY = replace(LIMITS, connections_per_client=20, connections=40, download_seconds=60)


def test_one_client_cannot_have_all_threads() -> None:
    """And no client can occupy the health check's thread."""
    with serving(limits=ROOMY) as served, served.connections(10, 0, WAIT):
        assert served.status() == "200"
        with served.connections(5, 9, WAIT):
            assert served.status("/health") == "200"
            served.application.may_end.set()
            assert served.status() == "200"


def test_a_client_that_takes_nothing_gets_nothing_more() -> None:
    """The data waiting for it are bounded, in memory and on disk."""
    with serving(limits=ROOMY) as served, served.connections(12, 0, DOWNLOAD):
        time.sleep(0.5)
        begun = sum(environ["PATH_INFO"] == "/big" for environ in served.application.seen)
        assert begun * BIG < ROOMY.buffered_bytes_per_client + THREADS * BIG
        assert served.status() == "200"


def test_a_trusted_proxy_names_the_client() -> None:
    with serving(trusted=("127.0.0.0/8",)) as served:
        hops = "203.0.113.9, 198.51.100.7, 127.0.0.3"
        served.status(headers=f"X-Forwarded-For: {hops}\r\nX-Forwarded-Proto: https\r\n")
        environ = served.application.seen[-1]
        assert (environ["REMOTE_ADDR"], environ["wsgi.url_scheme"]) == ("198.51.100.7", "https")


def test_no_one_else_does(served: Served) -> None:
    served.status(headers="X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Proto: https\r\n")
    environ = served.application.seen[-1]
    assert (environ["REMOTE_ADDR"], environ["wsgi.url_scheme"]) == ("127.0.0.1", "http")


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("2001:db8:0:1:ffff::9", "2001:db8:0:1::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("unknown", "unknown"),
    ],
)
def test_a_network_of_ipv6_is_one_client(address: str, network: str) -> None:
    assert network_of(address) == network


def test_the_addresses_of_a_network_share_their_threads() -> None:
    """Each address of a /64 network was a client of its own, so one host could have all threads."""
    with serving(trusted=("127.0.0.0/8",), limits=ROOMY) as served, ExitStack() as stack:
        for number in range(10):
            opened = stack.enter_context(served.connection())
            opened.sendall(WAIT[:-2] + f"X-Forwarded-For: 2001:db8::{number}\r\n\r\n".encode())
        assert served.status() == "200"
        logged = {environ["REMOTE_ADDR"] for environ in served.application.seen}
        assert logged <= {"127.0.0.1", *(f"2001:db8::{number}" for number in range(10))}


def test_one_client_writes_one_file_at_a_time() -> None:
    with lists._slot("one"):
        with pytest.raises(lists.BusyError), lists._slot("one"):
            pass
        with lists._slot("other"):
            pass
    with lists._slot("one"):
        pass


def test_a_connection_that_arrives_while_another_is_closed_is_served() -> None:
    """It gets the number of the closed one's socket, but not the events of that socket."""
    with standing() as (served, make_a_turn), served.connection() as late:
        make_a_turn()
        time.sleep(1.1)
        with served.connection() as visitor:
            visitor.sendall(GET + b"Connection: close\r\n\r\n")
            for _ in range(10):
                make_a_turn()
            assert everything(visitor).endswith(b"\r\n\r\nxx")
        assert everything(late) == b""
