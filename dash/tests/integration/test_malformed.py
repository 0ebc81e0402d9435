"""Requests that no page sends get a 4xx, or are served like valid ones; never a 500 or a traceback."""

from __future__ import annotations

import logging
import os
import random
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import orjson
import pytest
from dash import Dash
from flask import Response
from support import fuzz
from support.databases import Database
from support.serving import settings_for

from data.errors import DataError
from data.facts import Facts
from data.warehouse import Warehouse

UPDATE = "/_dash-update-component"
SEED = int(os.environ.get("FUZZ_SEED", time.time_ns() % 1_000_000))


@pytest.fixture(scope="module")
def app(city: Database) -> Dash:
    """The application in this process: errors surface as tracebacks where gunicorn would respond with 500."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_READER_URL", city.reader_url)
        import app as module
    return module.create(settings_for(city.reader_url))


def post(app: Dash, body: Any) -> Response:
    return app.server.test_client().post(UPDATE, json=body)


def test_every_callback_runs(app: Dash) -> None:
    """Otherwise the following tests would test nothing."""
    assert Counter(post(app, body).status_code for body in fuzz.valid(app)).keys() <= {200, 204}


@pytest.mark.parametrize("number", [100, pytest.param(20_000, marks=pytest.mark.slow)])
def test_callbacks(app: Dash, caplog: pytest.LogCaptureFixture, number: int) -> None:
    for count, body in enumerate(fuzz.bodies(app, random.Random(SEED), number)):
        status = post(app, body).status_code
        assert status in {200, 204, 400, 409}, f"FUZZ_SEED={SEED}, body {count}: {body}"
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"NaN", b"9" * 9_000, b"[" * 20_000, fuzz.DEEP])
def test_bodies_that_are_no_callback(app: Dash, body: bytes) -> None:
    answer = app.server.test_client().post(UPDATE, data=body, content_type="application/json")
    assert answer.status_code == 400


@pytest.mark.parametrize("content_type", ["text/plain", "", "application/json; charset=x"])
def test_callbacks_that_call_themselves_something_else(app: Dash, content_type: str) -> None:
    body = orjson.dumps(fuzz.valid(app)[0])
    answer = app.server.test_client().post(UPDATE, data=body, content_type=content_type)
    assert answer.status_code in {200, 204, 400, 415}


@pytest.mark.parametrize("path", fuzz.PATHS)
def test_paths(app: Dash, caplog: pytest.LogCaptureFixture, path: str) -> None:
    answer = app.server.test_client().get(path)
    assert answer.status_code < 500
    if "%00" in path:
        assert answer.status_code == 400
    elif "suites" in path:
        assert answer.status_code == 404
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


@pytest.mark.parametrize("version", ["9" * 5_000, "²-here", "-1", "999999999999999999999-here", "x" * 9_000])
def test_versions_that_are_none_are_not_looked_up(warehouse: Warehouse, version: str) -> None:
    assert not warehouse.facts().is_behind(version)


def test_versions_that_are_made_up_share_a_look_at_the_database(
    city: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse = Warehouse(settings_for(city.reader_url))
    reads = 0
    read = warehouse._read_facts

    def counted() -> Facts | DataError:
        nonlocal reads
        reads += 1
        return read()

    monkeypatch.setattr(warehouse, "_read_facts", counted)
    begun = time.monotonic()
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(warehouse.catch_up, [f"{999_000 + number}-here-fresh" for number in range(8)]))
    assert reads <= 2 + (time.monotonic() - begun) / 0.25
    warehouse.close()
