"""Every log line of a request has its id."""

from __future__ import annotations

import io
import json
import logging
import sys
from collections.abc import Iterator

import pytest
from flask import Flask

import logs
import telemetry

TRACE = {"X-Amzn-Trace-Id": "Self=1-2-3;Root=1-67891233-abcdef"}


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """The output of the real log."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    output = io.StringIO()
    monkeypatch.setattr(sys, "stdout", output)
    logs.configure("INFO")
    yield output
    root.handlers, root.level = handlers, level


@pytest.fixture
def server() -> Flask:
    """A server that fails on /broken."""
    app = Flask("test")
    telemetry.watch(app, "")
    app.add_url_rule("/broken", "broken", lambda: 1 / 0)
    return app


def test_a_traceback_is_found_by_the_id_of_its_request(server: Flask, written: io.StringIO) -> None:
    response = server.test_client().get("/broken", headers=TRACE)
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    assert response.status_code == 500
    assert response.headers["X-Request-ID"] == "1-67891233-abcdef"
    assert {line["request_id"] for line in lines} == {"1-67891233-abcdef"}
    assert any("ZeroDivisionError" in line.get("exception", "") for line in lines)
    (line,) = (line for line in lines if line["logger"] == "access")
    assert (line["route"], line["status"]) == ("/broken", 500)


@pytest.mark.parametrize(("given", "is_kept"), [("mine-1", True), ("two words", False), ("", False)])
def test_a_given_id_is_kept_if_it_is_one(server: Flask, given: str, *, is_kept: bool) -> None:
    response = server.test_client().get("/health", headers={"X-Request-ID": given})
    assert (response.headers["X-Request-ID"] == given) == is_kept


def test_a_client_cannot_make_up_label_values(server: Flask, written: io.StringIO) -> None:
    """Every value of a label is a series of its own, kept until the server is restarted."""
    server.add_url_rule("/<path:path>", "page", lambda path: path)
    client = server.test_client()
    for number in range(3):
        client.open("/broken", method="A" * 60_000 + "BCD"[number])
        client.get("/elsewhere" + "/" * number)
    exposed = telemetry.exposition().decode()
    # Other tests of this process may have counted some, too.
    assert 'reports_requests_total{method="other",route="none",status="405"}' in exposed
    assert 'reports_requests_total{method="GET",route="/elsewhere",status="200"} 3.0' in exposed
    assert "AAAA" not in exposed + written.getvalue()


def test_metrics_are_closed_without_a_token(server: Flask) -> None:
    assert server.test_client().get("/status/metrics").status_code == 403
