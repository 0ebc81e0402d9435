"""Tables from the cache of their generation, or from Postgres; and what happens when either is away."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import orjson
import psycopg
import pytest
import redis
from psycopg.sql import SQL
from support.databases import Database, database, variable
from support.serving import forget_everything, free_port, settings_for

from data.errors import AwayError, DataError, EmptyError, SlowError
from data.source import Source

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


def cached(fresh: Database, **changed: object) -> Source:
    return Source(settings_for(fresh.reader_url, redis_url=variable("TEST_REDIS_URL"), **changed))


def kept() -> dict[str, bytes]:
    with redis.Redis.from_url(variable("TEST_REDIS_URL")) as cache:
        keys: list[bytes] = cache.keys("reports:*")  # type: ignore[assignment]
        return {key.decode(): cache.get(key) for key in keys}  # type: ignore[misc]


def test_answers_are_kept_as_json_under_their_generation(fresh: Database) -> None:
    source = cached(fresh)
    assert source.table(COUNT).one() == {"requests": 0}
    ((key, body),) = kept().items()
    assert key.split(":")[2] == "0"
    assert orjson.loads(body) == [["requests"], [[0]]]


def test_another_worker_reads_what_was_kept(fresh: Database) -> None:
    cached(fresh).table(COUNT)
    (key,) = kept()
    with redis.Redis.from_url(variable("TEST_REDIS_URL")) as cache:
        cache.set(key, orjson.dumps([["requests"], [[41]]]))
    assert cached(fresh).table(COUNT).one() == {"requests": 41}


def test_another_database_behind_the_same_redis_has_its_own_answers(fresh: Database) -> None:
    cached(fresh).table(COUNT)
    with database() as other:
        other.run("INSERT INTO log (status, message) VALUES ('INFO', 'one')")
        question = SQL("SELECT count(*) AS messages FROM log")
        assert [cached(made).table(question).one()["messages"] for made in (fresh, other)] == [0, 1]
    assert len(kept()) == 3


def test_other_parameters_are_another_question(fresh: Database) -> None:
    source = cached(fresh)
    question = SQL("SELECT %(number)s::int AS number")
    assert [source.table(question, number=number).one()["number"] for number in (1, 2, 1)] == [1, 2, 1]
    assert len(kept()) == 2


def test_a_new_generation_is_asked_anew(fresh: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data.source.FRESH_SECONDS", 0)
    source = cached(fresh)
    question = SQL("SELECT message FROM log ORDER BY id DESC LIMIT 1")
    fresh.run("INSERT INTO log (status, message) VALUES ('INFO', 'one')")
    assert source.table(question).column("message") == ["one"]
    fresh.run("INSERT INTO log (status, message) VALUES ('INFO', 'two')")
    assert source.table(question).column("message") == ["one"]
    assert source.fresh(question).column("message") == ["two"]
    fresh.run("UPDATE data_generation SET generation = generation + 1")
    assert source.table(question).column("message") == ["two"]


def test_a_worker_catches_up_with_what_a_page_has_seen(
    fresh: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("data.source.FRESH_SECONDS", 3600)
    source = cached(fresh)
    assert source.facts().generation == 0
    fresh.run("UPDATE data_generation SET generation = 1")
    for version in (None, "unknown", "0-here-fresh", "1-here-fresh"):
        known = source.facts().generation
        source.catch_up(version)
        assert (known, source.facts().generation) == (0, 1 if version == "1-here-fresh" else 0)


def test_a_worker_notices_what_a_page_has_noticed(fresh: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data.source.FRESH_SECONDS", 3600)
    source = cached(fresh)
    assert not source.facts().is_away
    fresh.shut()
    try:
        for version, is_away in (("0-here-fresh", False), ("0-away-fresh", True)):
            source.catch_up(version)
            assert source.facts().is_away is is_away
    finally:
        fresh.open_again()


def test_the_role_cannot_write(fresh: Database) -> None:
    with pytest.raises(DataError):
        Source(settings_for(fresh.reader_url)).fresh(SQL("DELETE FROM log RETURNING id"))


def test_a_query_that_takes_too_long_is_ended(fresh: Database) -> None:
    source = Source(settings_for(fresh.reader_url, reports_query_seconds=0.2))
    with pytest.raises(SlowError):
        source.fresh(SQL("SELECT pg_sleep(5)"))
    assert source.fresh(SQL("SELECT 1 AS one")).one() == {"one": 1}


def test_redis_that_is_away_costs_nothing_but_time(fresh: Database) -> None:
    source = Source(settings_for(fresh.reader_url, redis_url=f"redis://127.0.0.1:{free_port()}/0"))
    assert [source.table(COUNT).one()["requests"] for _ in range(3)] == [0, 0, 0]


def test_without_postgres_kept_answers_come_and_others_say_so(
    fresh: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("data.source.FRESH_SECONDS", 0)
    monkeypatch.setattr("data.database.WAIT_SECONDS", 0.5)
    source = cached(fresh)
    source.table(COUNT)
    fresh.shut()
    assert source.table(COUNT).one() == {"requests": 0}
    assert source.facts().is_away
    with pytest.raises(AwayError):
        source.table(SQL("SELECT 2 AS two"))
    fresh.open_again()
    assert source.table(SQL("SELECT 2 AS two")).one() == {"two": 2}
    assert not source.facts().is_away


def test_a_database_without_tables() -> None:
    with database("template0") as bare, pytest.raises(EmptyError):
        Source(settings_for(bare.owner_url)).facts()


def test_who_waits_for_a_full_load_reads_all_of_it_and_its_generation(fresh: Database) -> None:
    source = cached(fresh)
    source.facts()
    with ThreadPoolExecutor(1) as pool:
        with psycopg.connect(fresh.owner_url) as loader:
            loader.execute(SWAP)
            answer = pool.submit(source.table, COUNT)
            with pytest.raises(TimeoutError):
                answer.result(1)
        assert answer.result(10).one() == {"requests": 1}
    (key,) = kept()
    assert key.split(":")[2] == "1"
