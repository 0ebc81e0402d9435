"""A changed row in the portal is one changed answer of the real API, and nothing else is."""

from __future__ import annotations

import pytest
from pipeline_tests.databases import Database
from pipeline_tests.ingest_runs import run_ingest, settings_for
from pipeline_tests.real_api import TOKEN, RealApi, free_port, real_api, require_api

from pipeline.errors import PublishError
from portal.controller import Controller

LIVE = "2cy6-i7zn"
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
