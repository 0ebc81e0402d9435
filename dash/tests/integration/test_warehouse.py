"""Frames from the cache of their generation or from Postgres, and outages of either."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import orjson
import psycopg
import pytest
import redis
from pandas import DataFrame
from psycopg.sql import SQL
from support.databases import Database, database, variable
from support.serving import forget_everything, free_port, settings_for

from data.database import Database as Connections
from data.errors import DataError, NoTablesError, QueryTimeoutError, UnavailableError
from data.frames import records
from data.warehouse import Warehouse

COUNT = SQL("SELECT count(*) AS requests FROM service_requests")
SWAP = """
    CREATE TABLE new (LIKE service_requests INCLUDING DEFAULTS);
    INSERT INTO new (request_id, srnumber, created_date, type_id, agency_id, source_id, council_id, region_id,
        latitude, longitude, geom)
    VALUES (1, '1-1', now(), 1, 1, 1, 1, 1, 34, -118, ST_SetSRID(ST_MakePoint(-118, 34), 4326));
    DROP TABLE service_requests;
    ALTER TABLE new RENAME TO service_requests;
    UPDATE data_generation SET generation = generation + 1
"""


@pytest.fixture
def fresh() -> Iterator[Database]:
    forget_everything()
    with database() as made:
        yield made


def cached(fresh: Database, **changed: object) -> Warehouse:
    return Warehouse(settings_for(fresh.reader_url, redis_url=variable("TEST_REDIS_URL"), **changed))


def one(frame: DataFrame) -> dict[str, Any]:
    """The only row."""
    (row,) = records(frame)
    return row


def kept() -> dict[str, bytes]:
    with redis.Redis.from_url(variable("TEST_REDIS_URL")) as cache:
        keys: list[bytes] = cache.keys("reports:*")  # type: ignore[assignment]
        return {key.decode(): cache.get(key) for key in keys}  # type: ignore[misc]


def test_frames_are_cached_as_json_under_their_generation(fresh: Database) -> None:
    warehouse = cached(fresh)
    assert one(warehouse.frame(COUNT)) == {"requests": 0}
    ((key, body),) = kept().items()
    assert key.split(":")[2] == "0"
    assert orjson.loads(body) == [["requests", "integer", [0]]]


def test_what_is_not_cached_is_not_waited_for(fresh: Database) -> None:
    warehouse = cached(fresh)
    with pytest.raises(UnavailableError):
        warehouse.cached_only().frame(COUNT)
    warehouse.frame(COUNT)
    assert one(warehouse.cached_only().frame(COUNT)) == {"requests": 0}


def test_what_is_never_cached_is_read_now(fresh: Database) -> None:
    assert one(cached(fresh).cached_only().uncached(COUNT)) == {"requests": 0}


def test_another_worker_reads_what_was_cached(fresh: Database) -> None:
    cached(fresh).frame(COUNT)
    (key,) = kept()
    with redis.Redis.from_url(variable("TEST_REDIS_URL")) as cache:
        cache.set(key, orjson.dumps([["requests", "integer", [41]]]))
    assert one(cached(fresh).frame(COUNT)) == {"requests": 41}


def test_another_database_behind_the_same_redis_has_its_own_frames(fresh: Database) -> None:
    cached(fresh).frame(COUNT)
    with database() as other:
        other.run("INSERT INTO log (status, message) VALUES ('INFO', 'one')")
        query = SQL("SELECT count(*) AS messages FROM log")
        assert [one(cached(made).frame(query))["messages"] for made in (fresh, other)] == [0, 1]
    assert len(kept()) == 3


def test_another_schema_has_its_own_frames(fresh: Database) -> None:
    query = SQL("SELECT last_loaded_at() IS NULL AS is_empty")
    assert one(cached(fresh).frame(query)) == {"is_empty": True}
    fresh.run(
        "CREATE OR REPLACE FUNCTION last_loaded_at() RETURNS timestamptz LANGUAGE sql STABLE RETURN now();"
        " UPDATE alembic_version SET version_num = 'next'"
    )
    assert one(cached(fresh).frame(query)) == {"is_empty": False}


def test_other_parameters_are_another_query(fresh: Database) -> None:
    warehouse = cached(fresh)
    query = SQL("SELECT %(number)s::int AS number")
    assert [one(warehouse.frame(query, number=number))["number"] for number in (1, 2, 1)] == [1, 2, 1]
    assert len(kept()) == 2


def test_a_new_generation_is_queried_again(fresh: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data.warehouse.FRESH_SECONDS", 0)
    warehouse = cached(fresh)
    query = SQL("SELECT message FROM log ORDER BY id DESC LIMIT 1")
    fresh.run("INSERT INTO log (status, message) VALUES ('INFO', 'one')")
    assert list(warehouse.frame(query)["message"]) == ["one"]
    fresh.run("INSERT INTO log (status, message) VALUES ('INFO', 'two')")
    assert list(warehouse.frame(query)["message"]) == ["one"]
    assert list(warehouse.uncached(query)["message"]) == ["two"]
    fresh.run("UPDATE data_generation SET generation = generation + 1")
    assert list(warehouse.frame(query)["message"]) == ["two"]


def test_a_worker_catches_up_with_the_generation_of_a_page(
    fresh: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("data.warehouse.FRESH_SECONDS", 3600)
    warehouse = cached(fresh)
    assert warehouse.facts().generation == 0
    fresh.run("UPDATE data_generation SET generation = 1")
    for version in (None, "unknown", "0-here-fresh", "1-here-fresh"):
        known = warehouse.facts().generation
        warehouse.catch_up(version)
        assert (known, warehouse.facts().generation) == (0, 1 if version == "1-here-fresh" else 0)


def test_a_worker_learns_of_an_outage_from_a_page(fresh: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data.warehouse.FRESH_SECONDS", 3600)
    warehouse = cached(fresh)
    assert not warehouse.facts().is_away
    fresh.shut()
    try:
        for version, is_away in (("0-here-fresh", False), ("0-away-fresh", True)):
            warehouse.catch_up(version)
            assert warehouse.facts().is_away is is_away
    finally:
        fresh.open_again()


def test_the_role_cannot_write(fresh: Database) -> None:
    with pytest.raises(DataError):
        Warehouse(settings_for(fresh.reader_url)).uncached(SQL("DELETE FROM log RETURNING id"))


def test_a_query_that_takes_too_long_is_ended(fresh: Database) -> None:
    warehouse = Warehouse(settings_for(fresh.reader_url, reports_query_seconds=0.2))
    with pytest.raises(QueryTimeoutError):
        warehouse.uncached(SQL("SELECT pg_sleep(5)"))
    assert one(warehouse.uncached(SQL("SELECT 1 AS one"))) == {"one": 1}


def test_without_redis_everything_works(fresh: Database) -> None:
    warehouse = Warehouse(settings_for(fresh.reader_url, redis_url=f"redis://127.0.0.1:{free_port()}/0"))
    assert [one(warehouse.frame(COUNT))["requests"] for _ in range(3)] == [0, 0, 0]


def test_without_postgres_cached_frames_are_served_and_others_raise(
    fresh: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("data.warehouse.FRESH_SECONDS", 0)
    monkeypatch.setattr("data.database.WAIT_SECONDS", 0.5)
    warehouse = cached(fresh)
    warehouse.frame(COUNT)
    fresh.shut()
    assert one(warehouse.frame(COUNT)) == {"requests": 0}
    assert warehouse.facts().is_away
    with pytest.raises(UnavailableError):
        warehouse.frame(SQL("SELECT 2 AS two"))
    fresh.open_again()
    assert one(warehouse.frame(SQL("SELECT 2 AS two"))) == {"two": 2}
    assert not warehouse.facts().is_away


def test_a_database_without_tables() -> None:
    with database("template0") as bare, pytest.raises(NoTablesError):
        Warehouse(settings_for(bare.owner_url)).facts()


def test_a_query_that_waits_for_a_full_load_reads_all_of_it_and_its_generation(fresh: Database) -> None:
    warehouse = cached(fresh)
    warehouse.facts()
    with ThreadPoolExecutor(1) as pool:
        with psycopg.connect(fresh.owner_url) as loader:
            loader.execute(SWAP)
            answer = pool.submit(warehouse.frame, COUNT)
            with pytest.raises(TimeoutError):
                answer.result(1)
        assert one(answer.result(10)) == {"requests": 1}
    (key,) = kept()
    assert key.split(":")[2] == "1"


def test_a_worker_that_is_forked_later_has_connections_of_its_own(fresh: Database) -> None:
    connections = Connections(settings_for(fresh.reader_url))
    backend = SQL("SELECT pg_backend_pid() AS pid")
    before = connections.row(backend)
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    worker = context.Process(target=lambda: sender.send(connections.row(backend)))
    worker.start()
    worker.join(30)
    assert receiver.poll(0), "the worker has no answer"
    assert receiver.recv() != before
    assert connections.row(backend) == before
    connections.close()
