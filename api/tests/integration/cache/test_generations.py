"""Cutover to the next generation: no cold cache, no mixed responses, no return to an older generation."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator

import pytest
import redis

from lacity_data_api.cache import generation_watcher, listener, published
from lacity_data_api.cache.cached_response import CachedResponse
from lacity_data_api.cache.redis_store import RedisStore
from lacity_data_api.config import Settings
from lacity_data_api.release import newest_schema
from tests.support.counting import queries
from tests.support.databases import Database, variable
from tests.support.rows import add_requests
from tests.support.servers import free_port
from tests.support.serving import ADMIN, Api, forget_everything, serve, settings_for
from tests.support.waiting import until

PRIMED = ["/requests/pins/open", "/requests/counts/open/types", "/types", "/councils", "/regions", "/geojson"]
GENERATION = "x-data-generation"


@pytest.fixture(scope="module")
def api(database: Database) -> Iterator[Api]:
    forget_everything()
    with serve(settings_for(database)) as running:
        running.publish()
        yield running


@pytest.fixture(scope="module")
def other(api: Api, database: Database) -> Iterator[Api]:
    """Another worker: it shares Redis and Postgres."""
    with serve(settings_for(database)) as running:
        assert until(lambda: running.state.watcher.generation is not None)
        yield running


def _generation(api: Api, path: str = "/councils") -> int:
    return int(api.get(path).headers[GENERATION])


def test_reset_serves_the_newest_data(api: Api, database: Database) -> None:
    before = len(api.json("/requests/pins/open"))
    add_requests(database, {}, {})
    details = api.publish()
    assert len(api.json("/requests/pins/open")) == details["open_requests"] == before + 2
    assert api.json("/status/data")["generation"] == _generation(api)


@pytest.mark.parametrize("encoding", ["br", "gzip", "identity"])
def test_primed_responses_are_cached_after_a_cutover(
    api: Api, other: Api, database: Database, encoding: str
) -> None:
    add_requests(database, {})
    api.publish()
    newest = database.value("SELECT generation FROM data_generation")
    assert until(lambda: other.state.watcher.generation == newest)
    with queries() as counted:
        for one in (api, other):
            for path in PRIMED:
                response = one.client.get(path, headers={"Accept-Encoding": encoding})
                assert response.headers[GENERATION] == str(newest)
    assert counted.made == 0


def test_a_query_that_finds_newer_data_starts_a_cutover(api: Api, database: Database) -> None:
    before = _generation(api)
    add_requests(database, {"created_date": "2020-05-05"})
    assert _generation(api) == before
    found = api.get("/requests", start_date="2020-05-05")
    assert (found.headers[GENERATION], len(found.json())) == (str(before + 1), 1)
    assert _generation(api) == before + 1


def test_no_response_of_an_older_generation_is_served_again(api: Api, database: Database) -> None:
    """A key without the generation would find the list of the previous generation."""
    day = {"start_date": "2022-02-02"}
    for number in range(1, 4):
        add_requests(database, {"created_date": "2022-02-02"})
        api.get("/requests", limit=500 + number, **day)  # not cached: shows the API that there is newer data
        response = api.get("/requests", **day)
        newest = database.value("SELECT generation FROM data_generation")
        assert (len(response.json()), int(response.headers[GENERATION])) == (number, newest)


def test_every_response_is_of_one_generation_and_none_is_older(
    api: Api, other: Api, database: Database
) -> None:
    """Each generation has one more request, so the number of requests identifies a response's generation."""
    offset = len(api.json("/requests/pins/open")) - _generation(api)
    stop = threading.Event()
    problems: list[str] = []

    def watch(one: Api, paths: list[str]) -> None:
        newest = 0
        number = 0
        while not stop.is_set():
            number += 1
            for path in paths:
                response = one.get(path.format(number=number))
                generation = int(response.headers[GENERATION])
                if generation < newest:
                    problems.append(f"{path}: from {newest} back to {generation}")
                if len(response.json()) - generation != offset:
                    problems.append(f"{path}: {len(response.json())} requests in generation {generation}")
                newest = max(newest, generation)

    paths = [
        "/requests/pins/open",
        "/requests?status=open&limit=1{number:04}",
        "/requests?limit=50000&status=open",
    ]
    watchers = [threading.Thread(target=watch, args=(one, paths)) for one in (api, other)]
    for watcher in watchers:
        watcher.start()
    for number in range(6):
        add_requests(database, {"created_date": f"2021-01-{number + 1:02}"})
        if number % 2:
            (api if number % 4 == 1 else other).publish()
        time.sleep(0.15)
    stop.set()
    for watcher in watchers:
        watcher.join()
    assert problems == []


def test_a_stale_generation_in_redis_is_corrected(api: Api, database: Database) -> None:
    before = _generation(api)
    add_requests(database, {})
    api.publish()
    with redis.Redis.from_url(variable("TEST_REDIS_URL")) as cache:
        cache.set(api.state.watcher.published.key, before)
        assert until(lambda: cache.get(api.state.watcher.published.key) == str(before + 1).encode())
    assert _generation(api) == before + 1


def test_a_database_restored_to_an_older_generation_is_followed(
    api: Api, other: Api, database: Database
) -> None:
    newest = _generation(api)
    database.run("UPDATE data_generation SET generation = %s", newest - 1)
    api.publish()
    assert until(lambda: other.state.watcher.generation == newest - 1)
    assert _generation(api) == newest - 1
    database.run("UPDATE data_generation SET generation = %s", newest)


def test_databases_that_share_redis_are_isolated(api: Api) -> None:
    from tests.support import databases

    with databases.database() as second:
        for _ in range(3):
            add_requests(second, {})
        with serve(settings_for(second)) as second_api:
            second_api.publish()
            assert _generation(second_api) == 3
            assert len(second_api.json("/requests/pins/open")) == 3
            mine = api.state.watcher.generation
            time.sleep(listener.POLL_SECONDS + 0.2)
            assert (api.state.watcher.generation, second_api.state.watcher.generation) == (mine, 3)


def _made(settings: Settings, path: str) -> int:
    """The queries that a new worker makes for a response."""
    with serve(settings) as one:
        assert until(lambda: one.state.watcher.generation is not None)
        with queries() as counted:
            one.json(path)
            return counted.made


def test_releases_that_share_redis_share_the_generation_but_no_response(api: Api, database: Database) -> None:
    """The next release may answer the same query in another way, and so may its schema."""
    api.publish()
    same, next_release = settings_for(database), settings_for(database, git_sha="f00d")
    assert [_made(settings, "/types") for settings in (same, next_release, next_release)] == [0, 1, 0]
    with serve(next_release) as other_release:
        wanted = add_generation(database)
        api.publish()
        assert until(lambda: other_release.state.watcher.generation == wanted)


def test_schemas_of_a_release_share_no_response(api: Api, database: Database) -> None:
    api.publish()
    assert database.value("SELECT version_num FROM alembic_version") == newest_schema()
    database.run("UPDATE alembic_version SET version_num = '9999'")
    assert [_made(settings_for(database), "/types") for _ in range(2)] == [1, 0]
    database.run("UPDATE alembic_version SET version_num = %s", newest_schema())
    assert _made(settings_for(database), "/types") == 0


def test_a_worker_that_started_before_the_migrations_follows_afterwards(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The first unexpected error ended its listener: it then served what it knew until it was restarted."""
    from tests.support import databases

    with databases.database() as late:
        late.run("ALTER TABLE data_generation RENAME TO not_yet_migrated")
        with serve(settings_for(late)) as early:
            assert until(lambda: caplog.text.count("The generation to serve is unknown") > 1)
            late.run("ALTER TABLE not_yet_migrated RENAME TO data_generation")
            add_requests(late, {})
            with serve(settings_for(late)) as publisher:
                publisher.publish()
            newest = late.value("SELECT generation FROM data_generation")
            assert until(lambda: early.state.watcher.generation == newest, seconds=20)


def test_emptied_redis_is_filled_again(api: Api) -> None:
    forget_everything()
    with redis.Redis.from_url(variable("TEST_REDIS_URL")) as cache:
        assert until(lambda: cache.get(api.state.watcher.published.key) is not None)


def test_invalid_cache_entries_are_ignored(api: Api) -> None:
    with redis.Redis.from_url(variable("TEST_REDIS_URL")) as cache:
        before = set(cache.keys("311:[0-9]*"))
        response = api.get("/requests", limit=77)
        (key,) = set(cache.keys("311:[0-9]*")) - before
        stored = cache.get(key)
        foreign = (b"\x80\x04\x95pickle", b'{"format":3}\n', b'{"sizes":[]}\n', b"[]\n", b"", stored[:-1])
        for junk in foreign:
            cache.set(key, junk)
            api.state.responses.memory.replace_all([])
            assert api.get("/requests", limit=77).content == response.content


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"Authorization": "Bearer wrong"}, 401),
        ({"Authorization": "Basic eDp5"}, 401),
        (ADMIN, 200),
    ],
)
@pytest.mark.parametrize("path", ["/status/log", "/status/cache", "/status/redis", "/status/metrics"])
def test_admin_routes_need_the_token(api: Api, headers: dict[str, str], status: int, path: str) -> None:
    response = api.client.get(path, headers=headers)
    assert response.status_code == status
    if status != 200:
        assert response.json() == {"detail": "A bearer token is needed"}


def test_reset_needs_the_token(api: Api) -> None:
    assert api.client.post("/status/reset-cache").status_code == 401
    assert api.client.get("/status/reset-cache", headers=ADMIN).status_code in {405, 422}


def test_reset_is_forbidden_without_a_configured_admin_token(database: Database) -> None:
    with serve(settings_for(database, admin_token="")) as closed:
        for headers in ({}, {"Authorization": "Bearer"}, ADMIN):
            assert closed.client.post("/status/reset-cache", headers=headers).status_code == 403


def test_an_operator_sees_keys_and_sections(api: Api) -> None:
    api.publish()
    keys = api.client.get("/status/cache", headers=ADMIN).json()
    sections = api.client.get("/status/redis", headers=ADMIN).json()
    assert keys == sorted(keys)
    assert all(key.startswith("311:") for key in keys)
    assert len(keys) >= 10
    assert sections["memory"]["used_memory"] > 0


def test_a_restarted_redis_loses_no_primed_response(api: Api, other: Api) -> None:
    for one in (api, other):
        one.json("/requests/pins/open")
    forget_everything()
    with redis.Redis.from_url(variable("TEST_REDIS_URL")) as cache, queries() as counted:
        assert until(lambda: cache.get(api.state.watcher.published.key) is not None)
        cache.publish(api.state.watcher.published.key, api.state.watcher.generation or 0)
        time.sleep(0.3)
        for one in (api, other):
            one.json("/requests/pins/open")
    assert counted.made == 0


@pytest.mark.parametrize("slow_seconds", [0, 1.5])
def test_two_workers_cut_over_at_the_same_moment(
    api: Api, other: Api, database: Database, monkeypatch: pytest.MonkeyPatch, slow_seconds: float
) -> None:
    """A client that reaches both in turn does not go back to the older generation."""
    fetch = other.state.watcher.primer.fetch

    async def fetch_slowly(generation: int) -> list[tuple[str, CachedResponse]]:
        await asyncio.sleep(slow_seconds)
        return await fetch(generation)

    monkeypatch.setattr(other.state.watcher.primer, "fetch", fetch_slowly)
    add_requests(database, {})
    wanted = database.value("SELECT generation FROM data_generation")
    moments: dict[int, float] = {}
    serving = {id(one): one.state.watcher for one in (api, other)}
    publishing = threading.Thread(target=api.publish)
    publishing.start()
    deadline = time.monotonic() + 60
    while len(moments) < len(serving):
        assert time.monotonic() < deadline, f"{len(moments)} of {len(serving)} workers serve {wanted}"
        for key, watcher in serving.items():
            if watcher.generation == wanted:
                moments.setdefault(key, time.monotonic())
        time.sleep(0.0005)
    publishing.join()
    first, second = sorted(moments.values())
    assert second - first < generation_watcher.LEAD_SECONDS / 2


def test_every_worker_fetches_the_primed_responses_of_a_cutover_once(
    api: Api, other: Api, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also one that is asked for newer data meanwhile: megabytes would be read and decoded again."""
    fetched = {id(one): _counted_fetches(one, monkeypatch) for one in (api, other)}
    for one in (api, other):
        one.json("/councils")
    wanted = add_generation(database)
    publishing = threading.Thread(target=api.publish)
    publishing.start()
    assert until(lambda: _generation(other, "/requests?limit=3") == wanted)
    publishing.join()
    time.sleep(2 * listener.POLL_SECONDS)
    # The one that is faster prepares the responses, and fetches none.
    assert sorted(fetched.values()) == [[], [wanted]]


def _counted_fetches(one: Api, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    primer, generations = one.state.watcher.primer, list[int]()
    fetch = primer.fetch

    async def counted(generation: int) -> list[tuple[str, CachedResponse]]:
        generations.append(generation)
        return await fetch(generation)

    monkeypatch.setattr(primer, "fetch", counted)
    return generations


@pytest.mark.parametrize("path", ["/councils", "/councils?", "/regions"])
def test_a_worker_whose_timer_is_late_cuts_over_with_the_first_request(
    api: Api, other: Api, database: Database, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """For requests that would be replayed, answered from memory, or routed."""
    monkeypatch.setattr(other.state.watcher, "_cut_over_at", lambda _: asyncio.sleep(3))
    for _ in range(2):
        other.json("/councils")
    wanted = add_generation(database)
    api.publish()
    assert _generation(api) == _generation(other, path) == wanted


def test_a_worker_that_never_confirms_is_waited_for_and_then_left_behind(
    api: Api, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(published, "PREPARE_SECONDS", 0.5)
    with redis.Redis.from_url(variable("TEST_REDIS_URL")) as cache, cache.pubsub() as silent:
        silent.subscribe(api.state.watcher.published.key)
        wanted = add_generation(database)
        started = time.monotonic()
        api.publish()
    assert time.monotonic() - started >= published.PREPARE_SECONDS
    assert _generation(api) == wanted


def _nowhere(redis_url: str) -> Settings:
    return Settings(database_reader_url="postgresql://127.0.0.1/any", redis_url=redis_url)


def _prepare_all(redis_url: str) -> None:
    """What the leading worker of another database does before a cutover."""

    async def prepare() -> None:
        store = RedisStore(_nowhere(redis_url))
        try:
            await asyncio.wait_for(published.Published(store).prepare_all(2), 60)
        finally:
            await store.close()

    asyncio.run(prepare())


def test_workers_of_which_none_confirms_are_counted_in_the_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    url = variable("TEST_REDIS_URL")
    monkeypatch.setattr(published, "PREPARE_SECONDS", 0.5)
    with redis.Redis.from_url(url) as cache, cache.pubsub() as silent:
        silent.subscribe(published.Published(RedisStore(_nowhere(url))).key)
        silent.get_message(timeout=10)
        _prepare_all(url)
    assert "Not all of 1 workers have fetched the responses of generation 2" in caplog.text


def test_without_redis_no_worker_is_waited_for(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(published, "PREPARE_SECONDS", 3_600)
    _prepare_all(f"redis://127.0.0.1:{free_port()}/0")
    assert "Not all" not in caplog.text


def test_a_worker_that_starts_after_the_announced_moment_serves_the_new_generation(
    api: Api, database: Database
) -> None:
    """Its first request comes before the leading worker has stored what is served now."""
    served = _generation(api)
    announced = add_generation(database)

    async def found(at: float) -> int | None:
        store = RedisStore(settings_for(database))
        messages = published.Published(store)
        await messages.announce(announced, at)
        try:
            return await messages.generation()
        finally:
            await store.close()

    assert asyncio.run(found(time.time() + 60)) == served
    assert asyncio.run(found(time.time() - 1)) == announced
    api.publish()


def test_unexpected_messages_on_the_channel_are_ignored(api: Api, database: Database) -> None:
    with redis.Redis.from_url(variable("TEST_REDIS_URL")) as cache:
        for message in (b"x@y", b"@", b"7@", b"\xff"):
            cache.publish(api.state.watcher.published.key, message)
    newest = add_generation(database)
    with redis.Redis.from_url(variable("TEST_REDIS_URL")) as cache:
        cache.set(api.state.watcher.published.key, newest)
    assert until(lambda: api.state.watcher.generation == newest)


def add_generation(database: Database) -> int:
    add_requests(database, {})
    return int(database.value("SELECT generation FROM data_generation"))
