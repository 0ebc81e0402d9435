"""No database, no Redis, or neither."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.databases import Database
from tests.support.rows import add_requests
from tests.support.servers import free_port
from tests.support.serving import ADMIN, Api, forget_everything, serve, settings_for

NOWHERE = "postgresql://reader:secret@127.0.0.1:{port}/la311"


@pytest.fixture(scope="module")
def without_database(database: Database) -> Iterator[Api]:
    forget_everything()
    with serve(settings_for(database, database_reader_url=NOWHERE.format(port=free_port()))) as running:
        yield running


@pytest.fixture(scope="module")
def without_redis(database: Database) -> Iterator[Api]:
    add_requests(database, {}, {})
    with serve(settings_for(database, redis_url=f"redis://127.0.0.1:{free_port()}/0")) as running:
        yield running


@pytest.mark.parametrize("path", ["/councils", "/requests", "/requests/1", "/geojson/hotspots", "/status/db"])
def test_without_a_database_the_response_is_503(without_database: Api, path: str) -> None:
    response = without_database.get(path)
    assert (response.status_code, response.json()) == (503, {"detail": "The database cannot be reached"})
    assert "retry-after" in response.headers
    assert "secret" not in response.text


def test_without_a_database_it_lives_but_is_not_ready(without_database: Api) -> None:
    assert without_database.get("/status/live").status_code == 200
    assert without_database.get("/status/ready").status_code == 503
    status = without_database.json("/status/api")
    assert (status["lastPulledUTC"], status["lastPulledLocal"]) == (None, None)
    assert without_database.json("/status/data")["generation"] is None


def test_without_a_database_a_reset_is_503(without_database: Api) -> None:
    assert without_database.client.post("/status/reset-cache", headers=ADMIN).status_code == 503


def test_without_redis_every_route_works(without_redis: Api) -> None:
    assert len(without_redis.json("/requests")) == 2
    assert without_redis.publish()["open_requests"] == 2
    assert without_redis.client.get("/status/cache", headers=ADMIN).json() == []
    assert without_redis.client.get("/status/redis", headers=ADMIN).json() == {}


def test_without_redis_a_new_generation_is_seen(without_redis: Api, database: Database) -> None:
    before = len(without_redis.json("/requests/pins/open"))
    add_requests(database, {})
    without_redis.get("/requests", skip=1)
    assert len(without_redis.json("/requests/pins/open")) == before + 1


def test_schema_of_another_time_is_an_error_without_its_text(database: Database) -> None:
    database.run("ALTER TABLE sources RENAME TO springs")
    try:
        forget_everything()
        with serve(settings_for(database)) as broken:
            response = broken.get("/sources")
            assert response.status_code == 500
            assert "springs" not in response.text
            assert "sources" not in response.text
    finally:
        database.run("ALTER TABLE springs RENAME TO sources")
