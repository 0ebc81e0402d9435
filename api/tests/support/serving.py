"""The API, served by a real uvicorn in a thread of the test's process."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import redis
import uvicorn

from lacity_data_api.__main__ import KEEP_ALIVE_SECONDS
from lacity_data_api.config import Settings
from lacity_data_api.http.protocol import BoundedProtocol
from lacity_data_api.main import create_api, wrap
from lacity_data_api.state import State, build_state
from tests.support.databases import Database, variable

ADMIN_TOKEN = "secret of the tests"
ADMIN = {"Authorization": f"Bearer {ADMIN_TOKEN}"}
ORIGIN = "https://map.example"
NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For clients of these servers: otherwise each client loads all certificates, which takes 25 ms of CPU."""
START_SECONDS = 60
MAX_PAGES = 500
NOWHERE: dict[str, Any] = {
    "database_reader_url": "postgresql://reader@127.0.0.1:1/x",
    "redis_url": "redis://127.0.0.1:1",
}
"""For an API that needs neither Postgres nor Redis."""


def settings_for(database: Database, **changed: Any) -> Settings:
    """Settings of an API on this database, regardless of the machine's environment."""
    chosen: dict[str, Any] = {
        "database_reader_url": database.reader_url,
        "redis_url": variable("TEST_REDIS_URL"),
        "admin_token": ADMIN_TOKEN,
        "api_allowed_origins": ORIGIN,
        "cache_redis_mb": 0,
    }
    return Settings(**chosen | changed)


@dataclass(frozen=True)
class Api:
    """A running API and a client for it."""

    url: str
    client: httpx.Client
    state: State

    def get(self, path: str, **parameters: Any) -> httpx.Response:
        """GET with these query parameters; a list repeats its name."""
        return self.client.get(path, params=parameters or None)

    def json(self, path: str, **parameters: Any) -> Any:
        """The JSON of a GET, whose status must be 200."""
        response = self.get(path, **parameters)
        assert response.status_code == 200, response.text
        return response.json()

    def pages(self, path: str, **parameters: Any) -> list[Any]:
        """All rows of a paged list, by following its links; fails instead of following them endlessly."""
        response = self.get(path, **parameters)
        rows = list(response.json())
        for _ in range(MAX_PAGES):
            if "next" not in response.links:
                return rows
            response = self.client.get(response.links["next"]["url"])
            rows += response.json()
        raise AssertionError(f"{path} has more than {MAX_PAGES} pages")

    def post(self, path: str, body: Any) -> httpx.Response:
        return self.client.post(path, json=body)

    def publish(self) -> dict[str, int]:
        """Make the API serve what the database holds now, as the pipeline does after a load."""
        response = self.client.post("/status/reset-cache", headers=ADMIN)
        assert response.status_code == 200, response.text
        details: dict[str, int] = response.json()["details"]
        return details


def forget_everything() -> None:
    """Empty the tests' Redis database."""
    with redis.Redis.from_url(variable("TEST_REDIS_URL")) as cache:
        cache.flushdb()


@contextmanager
def serve(settings: Settings, **uvicorn_options: Any) -> Iterator[Api]:
    """Serve on a free port until the block ends, with graceful startup and shutdown."""
    state = build_state(settings)
    state.access_log.is_on = False
    config = uvicorn.Config(
        wrap(create_api(state), state),
        port=0,
        loop="uvloop",
        http=BoundedProtocol,
        ws="none",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=5,
        # As in production: a connection that ends after five idle seconds may end while it is used again.
        **{"timeout_keep_alive": KEEP_ALIVE_SECONDS} | uvicorn_options,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        url = _url_of(server, thread)
        with httpx.Client(base_url=url, timeout=30, verify=NO_CERTIFICATES) as client:
            yield Api(url, client, state)
    finally:
        server.should_exit = True
        thread.join()


def _url_of(server: uvicorn.Server, thread: threading.Thread) -> str:
    deadline = time.monotonic() + START_SECONDS
    while not server.started:
        assert thread.is_alive(), "the API ended while it started"
        assert time.monotonic() < deadline, "the API did not start"
        time.sleep(0.005)
    host, port = server.servers[0].sockets[0].getsockname()[:2]
    return f"http://{host}:{port}"
