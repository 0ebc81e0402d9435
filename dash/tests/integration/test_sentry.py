"""Errors, but no secrets, reach a stand-in for Sentry."""

from __future__ import annotations

import gzip
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import brotli
import pytest
from support.databases import database
from support.serving import serve

from config import Settings
from report_kit.sentry import sampler

# So long that reports are still being sent when the server stops.
DELAY_SECONDS = 1.0
UNPACK: dict[str, Callable[[bytes], bytes]] = {"": bytes, "gzip": gzip.decompress, "br": brotli.decompress}


@contextmanager
def sentry() -> Iterator[tuple[str, list[str]]]:
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


def wait_for(envelopes: list[str], text: str) -> str:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        for envelope in list(envelopes):
            if text in envelope:
                return envelope
        time.sleep(0.05)
    raise AssertionError(f"Sentry received no report of {text}")


TRACE = {"X-Amzn-Trace-Id": "Self=1-2-3;Root=1-67891233-abcdef"}


@pytest.mark.slow
def test_a_traceback_is_found_by_its_request_in_the_log_and_in_sentry_without_secrets(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "log"
    variables = {"STAGE": "prod", "REPORTS_WORKERS": "1", "LOG_LEVEL": "INFO"}
    with database() as broken, sentry() as (dsn, envelopes):
        broken.run("ALTER TABLE city RENAME COLUMN city_name TO city_title")
        with serve(broken.reader_url, log, SENTRY_URL=dsn, **variables) as reports:
            response = reports.client.get("/ready", headers=TRACE)
            envelope = wait_for(envelopes, "KeyError")
    assert (response.status_code, response.headers["X-Request-ID"]) == (500, "1-67891233-abcdef")
    assert "pending events" not in capfd.readouterr().err
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    (failure,) = (line for line in lines if "KeyError" in line.get("exception", ""))
    assert failure["request_id"] == "1-67891233-abcdef"
    password = broken.reader_url.split(":")[2].split("@")[0]
    assert '"environment":"prod"' in envelope.replace(": ", ":")
    assert password not in envelope


@pytest.mark.parametrize(("path", "share"), [("/health", 0.0), ("/ready", 0.0), ("/recent", 0.2)])
def test_a_share_of_requests_is_traced_and_no_health_check(path: str, share: float) -> None:
    assert sampler(0.2)({"wsgi_environ": {"PATH_INFO": path}}) == share
    assert sampler(0.2)({}) == 0.2


def test_by_default_few_requests_are_traced() -> None:
    assert Settings.model_fields["sentry_traces_share"].default == 0.01
