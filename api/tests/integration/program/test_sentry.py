"""Errors, but no secrets, reach a stand-in for Sentry; the log has their tracebacks by request id."""

from __future__ import annotations

import gzip
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import brotli
import httpx

from tests.support.databases import Database, variable
from tests.support.servers import environment_for, program
from tests.support.serving import ADMIN_TOKEN, forget_everything
from tests.support.waiting import until

# So long that reports are still being sent when the API stops.
DELAY_SECONDS = 1.0
UNPACK: dict[str, Callable[[bytes], bytes]] = {"": bytes, "gzip": gzip.decompress, "br": brotli.decompress}


@contextmanager
def _sentry() -> Iterator[tuple[str, list[str]]]:
    """The stand-in's DSN, and the envelopes that it receives."""
    envelopes: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            unpack = UNPACK[self.headers.get("content-encoding", "")]
            envelopes.append(unpack(body).decode())
            time.sleep(DELAY_SECONDS)
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name it has there
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://key@127.0.0.1:{server.server_port}/1", envelopes
        finally:
            server.shutdown()
            thread.join()


def _wait_for(envelopes: list[str], text: str) -> str:
    assert until(lambda: any(text in envelope for envelope in envelopes)), (
        f"Sentry received no report of {text}"
    )
    return next(envelope for envelope in envelopes if text in envelope)


def test_errors_are_reported_without_secrets(database: Database) -> None:
    forget_everything()
    with _sentry() as (dsn, envelopes):
        more = {"SENTRY_URL": dsn, "STAGE": "prod", "API_WORKERS": "1"}
        environment = environment_for(database, variable("TEST_REDIS_URL"), **more)
        with program(environment) as api:
            database.run("ALTER TABLE sources RENAME TO springs")
            trace = {"X-Amzn-Trace-Id": "Self=1-2-3;Root=1-67891233-abcdef012345678912345678"}
            assert httpx.get(f"{api.url}/sources", headers=trace).status_code == 500
            envelope = _wait_for(envelopes, "UndefinedTableError")
            api.stop()
            lines = [json.loads(line) for line in api.written().splitlines()]
    password = database.reader_url.split(":")[2].split("@")[0]
    assert '"environment":"prod"' in envelope.replace(": ", ":")
    assert password not in envelope
    assert ADMIN_TOKEN not in envelope
    mine = [line for line in lines if line.get("request_id") == "1-67891233-abcdef012345678912345678"]
    assert {line["logger"] for line in mine} >= {"access", "uvicorn.error"}
    assert any("UndefinedTableError" in line.get("exception", "") for line in mine)
