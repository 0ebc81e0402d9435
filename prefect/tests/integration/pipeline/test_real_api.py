"""A row that changes in the portal changes one response of the real API, and no others."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

import pytest
from pipeline_tests.databases import Database
from pipeline_tests.ingest_runs import run_ingest, settings_for
from pipeline_tests.real_api import TOKEN, RealApi, free_port, real_api, require_api
from pipeline_tests.truth import assert_sound

from pipeline.errors import PublishError
from portal.controller import Controller

LIVE, OLD = "2cy6-i7zn", "rq3b-xjk8"
BOTH = (LIVE, OLD)
CLOSED = {"status": "Closed", "closeddate": "2026-11-23T10:00:00.000"}
RUNS = "SELECT status, generation FROM load_runs ORDER BY load_run_id"


def open_requests(api: RealApi) -> dict[int, object]:
    return {pin["requestId"]: pin for pin in api.get("/requests/pins/open")}


def test_the_real_api_serves_what_each_run_loaded(database: Database, town: tuple[str, Controller]) -> None:
    require_api()
    url, portal = town
    port = free_port()
    settings = settings_for(
        database, url, api_url=f"http://127.0.0.1:{port}", admin_token=TOKEN, publish_timeout_seconds=30
    )
    impatient = settings.model_copy(update={"publish_timeout_seconds": 0.3})
    with pytest.raises(PublishError, match="ConnectError"):
        run_ingest(impatient, datasets=(LIVE,), publish=True)
    assert database.rows(RUNS) == [("merged", 1)]
    with real_api(database, port) as api:
        run = run_ingest(settings, datasets=(LIVE,), publish=True)
        assert run.message.startswith("Nothing changed")
        assert database.rows(RUNS) == [("succeeded", 1), ("succeeded", 1)]
        before = open_requests(api)
        question = "SELECT srnumber, request_id FROM service_requests WHERE closed_date IS NULL LIMIT 1"
        number, request_id = database.rows(question)[0]
        portal.upsert({"casenumber": number, **CLOSED}, LIVE)
        assert run_ingest(settings, datasets=(LIVE,), publish=True).message.startswith(
            "Loaded 0 new, 1 updated"
        )
        assert api.generation == 2
        assert open_requests(api) == {key: pin for key, pin in before.items() if key != request_id}
        answer = api.get(f"/requests/srnumber/{number}")
        assert answer["closedDate"].startswith("2026-11-23T10:00:00")
        assert run_ingest(settings, datasets=(LIVE,), publish=True).message.startswith("Nothing changed")
        assert api.generation == 2
        portal.upsert({"casenumber": number, "locator_gis_returned_address": "1 MAIN ST"}, LIVE)
        with pytest.raises(PublishError, match="rejects ADMIN_TOKEN"):
            run_ingest(
                settings_for(database, url, api_url=api.url, admin_token="another"),
                datasets=(LIVE,),
                publish=True,
            )
        run_ingest(settings, datasets=(LIVE,), publish=True)
        assert api.get(f"/requests/srnumber/{number}")["address"] == "1 MAIN ST"
    assert {status for status, _ in database.rows(RUNS)} == {"succeeded"}


EXPORT = b"GET /reports/export/service_requests.csv HTTP/1.1\r\nHost: api\r\n\r\n"
LAST_CHUNK = b"\r\n0\r\n\r\n"
# More rows than the kernels' buffers can hold.
LONG_ADDRESSES = "UPDATE service_requests SET address = repeat('x', 50000)"


class SlowReader:
    """Reads an export at one kilobyte per second until the server ends it."""

    def __init__(self, connection: socket.socket) -> None:
        self.received = b""
        self.is_over = threading.Event()
        self._connection = connection
        connection.sendall(EXPORT)
        self.received += connection.recv(1_000)

    def read(self) -> None:
        with suppress(ConnectionResetError):
            while part := self._connection.recv(1_000):
                self.received += part
                # Read the rest at once: reading speed no longer affects whether the export is complete.
                time.sleep(0 if self.is_over.is_set() else 1)


@contextmanager
def slow_reader(url: str) -> Iterator[SlowReader]:
    parts = urlsplit(url)
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(60)
        connection.connect((parts.hostname, parts.port))
        reader = SlowReader(connection)
        reading = threading.Thread(target=reader.read)
        reading.start()
        yield reader
        reader.is_over.set()
        reading.join()


@pytest.mark.slow
def test_a_full_load_succeeds_while_a_client_takes_an_export_at_a_kilobyte_a_second(
    filled: Database, town: tuple[str, Controller]
) -> None:
    """The export is complete or visibly cut off: its last chunk is missing."""
    require_api()
    rows = filled.value("SELECT count(*) FROM service_requests")
    filled.change(LONG_ADDRESSES)
    with real_api(filled, free_port()) as api, slow_reader(api.url) as reader:
        run = run_ingest(settings_for(filled, town[0]), datasets=BOTH, full=True)
        assert run.message.startswith("Loaded")
        assert api.get("/status/api")
    head, _, body = reader.received.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200")
    is_complete = body.endswith(LAST_CHUNK)
    assert is_complete == (body.count(b"x") >= rows * 50_000)
    assert_sound(filled)
