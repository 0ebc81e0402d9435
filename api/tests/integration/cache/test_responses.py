"""Cached responses as a client sees them."""

from __future__ import annotations

import asyncio
import gzip
import json
import re
from concurrent.futures import ThreadPoolExecutor

import brotli
import httpx
import pytest
import redis

from lacity_data_api.cache.cached_response import CachedResponse
from lacity_data_api.cache.response_cache import Keyed
from lacity_data_api.state import build_state
from tests.support.counting import queries
from tests.support.databases import Database, variable
from tests.support.rows import add_requests
from tests.support.serving import ORIGIN, Api, serve, settings_for

PATH = "/councils"


@pytest.fixture(scope="module", autouse=True)
def rows(database: Database) -> None:
    add_requests(database, *({"created_date": f"2020-01-{day:02}"} for day in range(1, 31)))


@pytest.fixture(scope="module", autouse=True)
def primed(api: Api, rows: None) -> None:
    """Wait until priming is over, so that only the queries of tests are counted."""
    api.publish()


def _raw(api: Api, path: str = PATH, **headers: str) -> tuple[httpx.Headers, bytes]:
    """Headers, and the body as it came over the wire."""
    named = {"Accept-Encoding": "identity"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    with api.client.stream("GET", path, headers=named) as response:
        assert response.status_code == 200
        return response.headers, b"".join(response.iter_raw())


@pytest.mark.parametrize(
    ("accepted", "encoding", "unpack"),
    [
        ("gzip, deflate, br", "br", brotli.decompress),
        ("gzip", "gzip", gzip.decompress),
        ("br;q=0, gzip;q=0.5", "gzip", gzip.decompress),
        ("*", "br", brotli.decompress),
        ("BR", "br", brotli.decompress),
        ("identity", None, bytes),
        ("br;q=0", None, bytes),
        ("zstd, x;q=broken", None, bytes),
    ],
)
def test_encoding(api: Api, accepted: str, encoding: str | None, unpack: type[bytes]) -> None:
    _, plain = _raw(api)
    headers, body = _raw(api, Accept_Encoding=accepted)
    assert headers.get("content-encoding") == encoding
    assert unpack(body) == plain
    assert headers["content-length"] == str(len(body))
    assert headers["vary"] == "Accept-Encoding, Origin"


def test_small_responses_are_never_compressed(api: Api) -> None:
    headers, _ = _raw(api, "/councils/52", Accept_Encoding="br, gzip")
    assert "content-encoding" not in headers


def test_every_encoding_has_its_own_tag(api: Api) -> None:
    tags = {_raw(api, Accept_Encoding=accepted)[0]["etag"] for accepted in ("br", "gzip", "identity")}
    assert len(tags) == 3


@pytest.mark.parametrize("form", ["{}", "W/{}", '"other", {}', "*", '{}, W/"x"'])
@pytest.mark.parametrize("path", [PATH, "/requests", "/councils/52", "/requests/pins/open/geojson"])
def test_unchanged_response_is_304(api: Api, form: str, path: str) -> None:
    etag = api.get(path).headers["etag"]
    for _ in range(2):
        response = api.client.get(path, headers={"If-None-Match": form.format(etag)})
        assert (response.status_code, response.content) == (304, b"")
        assert response.headers["etag"] == etag
        assert "content-length" not in response.headers


@pytest.mark.parametrize("path", [PATH, "/requests?limit=9"])
@pytest.mark.parametrize(
    "form", ['"{}"', '"{}-gzip"', '"x{}-br"', '"{}-brx"', "{}-br", '"{:.6}"', '"{:.6}-br"', '"not-{}-br"']
)
def test_another_tag_is_no_304(api: Api, path: str, form: str) -> None:
    """The tag must match that of the encoding that would be sent, and match it completely."""
    etag = _raw(api, path, Accept_Encoding="br")[0]["etag"]
    digest = etag.strip('"').removesuffix("-br")
    for _ in range(2):
        headers = {"If-None-Match": form.format(digest), "Accept-Encoding": "br"}
        assert api.client.get(path, headers=headers).status_code == 200


@pytest.mark.parametrize("path", [PATH, "/requests?limit=9", "/requests?limit=9&skip=200"])
def test_hit_and_miss_have_the_same_headers(api: Api, path: str) -> None:
    """The first response comes from a route, later ones from memory."""
    changing = {"date", "x-request-id"}
    given = [dict(api.client.get(path, headers={"Origin": ORIGIN}).headers) for _ in range(3)]
    seen = [{name: value for name, value in headers.items() if name not in changing} for headers in given]
    assert seen[0] == seen[1] == seen[2]
    assert {"etag", "x-data-generation", "x-content-type-options", "access-control-allow-origin"} <= seen[
        0
    ].keys()


@pytest.mark.parametrize("accepted", ["br", "gzip", "identity"])
def test_response_is_written_to_redis_once(api: Api, accepted: str) -> None:
    with redis.Redis.from_url(variable("TEST_REDIS_URL")) as cache:
        written = _setex_calls(cache)
        headers, _ = _raw(api, f"/requests?limit={len(accepted)}00", Accept_Encoding=accepted)
        _raw(api, f"/requests?limit={len(accepted)}00", Accept_Encoding="gzip")
        assert _setex_calls(cache) == written + 1
    assert headers.get("content-encoding", "identity") == accepted


def _setex_calls(cache: redis.Redis) -> int:
    return int(cache.info("commandstats").get("cmdstat_setex", {}).get("calls", 0))


def test_head_is_get_without_body(api: Api) -> None:
    got = api.get(PATH)
    head = api.client.head(PATH)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == got.headers["etag"]
    assert head.headers["content-length"] == got.headers["content-length"]


def test_shared_caches_may_keep_it_for_a_minute(api: Api) -> None:
    assert "s-maxage=60" in api.get(PATH).headers["cache-control"]


@pytest.mark.parametrize(
    "path", ["/status/api", "/status/data", "/status/db", "/councils/999", "/requests?limit=x", "/nowhere"]
)
def test_no_cache_keeps_the_rest(api: Api, path: str) -> None:
    assert api.get(path).headers["cache-control"] == "no-store"
    assert "etag" not in api.get(path).headers


def test_urls_that_mean_the_same_share_one_query(api: Api) -> None:
    urls = [
        "/requests?type_id=4&type_id=1&start_date=2020-01-05",
        "/requests?type_id=1&type_id=4&start_date=2020-1-5",
        "/requests?start_date=2020-01-05&type_id=4&type_id=1&type_id=4",
        "/requests?limit=1000&skip=0&start_date=2020-01-05&type_id=4&type_id=1",
    ]
    with queries() as database:
        bodies = {api.client.get(url).text for url in urls}
    assert (len(bodies), database.made) == (1, 1)


def test_link_has_the_filter_of_the_request(api: Api) -> None:
    first = api.get("/requests", limit=7, start_date="2020-01-02")
    second = api.client.get("/requests?start_date=2020-01-02&limit=7")
    rows = api.client.get(second.links["next"]["url"]).json()
    assert rows == api.client.get(first.links["next"]["url"]).json()


def test_concurrent_requests_share_one_query(api: Api, database: Database) -> None:
    # A second API on the same Redis acts like another worker.
    with serve(settings_for(database)) as other, ThreadPoolExecutor(24) as pool:
        other.get("/requests", start_date="2020-01-08")
        with queries() as counted:
            clients = [api, other] * 12
            responses = list(pool.map(lambda one: one.get("/requests", start_date="2020-01-09"), clients))
    assert {response.status_code for response in responses} == {200}
    assert len({response.content for response in responses}) == 1
    assert counted.made == 1


def test_a_restarted_worker_finds_responses_in_redis(api: Api, database: Database) -> None:
    api.get("/requests", start_date="2020-01-10")
    with serve(settings_for(database)) as other, queries() as counted:
        assert other.get("/requests", start_date="2020-01-10").status_code == 200
    assert counted.made == 0


def test_origins_are_exact(api: Api) -> None:
    for origin, allowed in ((ORIGIN, ORIGIN), ("h", None), (ORIGIN + ".evil.example", None), ("null", None)):
        headers = api.client.get(PATH, headers={"Origin": origin}).headers
        assert headers.get("access-control-allow-origin") == allowed
        assert headers.get("access-control-allow-credentials") == (allowed and "true")


def test_scripts_may_read_our_headers(api: Api) -> None:
    exposed = api.client.get(PATH, headers={"Origin": ORIGIN}).headers["access-control-expose-headers"]
    assert set(exposed.split(", ")) >= {
        "Content-Disposition",
        "ETag",
        "Link",
        "Retry-After",
        "X-Data-Generation",
        "X-Request-ID",
    }


def test_allow_names_head(api: Api) -> None:
    response = api.client.delete(PATH)
    assert (response.status_code, response.headers["allow"]) == (405, "GET, HEAD")


def test_preflight(api: Api) -> None:
    preflight = {"Origin": ORIGIN, "Access-Control-Request-Method": "POST"}
    response = api.client.options("/requests/pins", headers=preflight)
    assert response.status_code == 204
    assert "POST" in response.headers["access-control-allow-methods"]
    assert response.headers["access-control-allow-credentials"] == "true"
    rejected = api.client.options("/requests/pins", headers=preflight | {"Origin": "https://evil.example"})
    assert rejected.status_code == 400


def test_request_id_is_given_or_kept(api: Api) -> None:
    kept = api.client.get(PATH, headers={"X-Request-ID": "map-1"}).headers["x-request-id"]
    given = api.client.get(PATH, headers={"X-Request-ID": "bad id"}).headers["x-request-id"]
    trace = {"X-Amzn-Trace-Id": "Root=1-67891233-abc"}
    assert api.client.get(PATH, headers=trace).headers["x-request-id"] == "1-67891233-abc"
    assert kept == "map-1"
    assert re.fullmatch(r"[0-9a-f]+-[0-9a-f]+", given)


def test_bodies_are_json(api: Api) -> None:
    assert api.get(PATH).headers["content-type"] == "application/json"
    assert len(json.loads(_raw(api)[1])) == 99


def test_responses_of_one_key_are_each_compressed(database: Database) -> None:
    """Around a reset there are briefly two responses for a key, and clients may be waiting for either."""
    responses = build_state(settings_for(database)).responses
    twins = [Keyed("key", CachedResponse.of(b"[" + b" " * 100_000 + b"]", 1)) for _ in range(2)]

    async def encode_both() -> None:
        await asyncio.gather(*(responses.encode(keyed, "br") for keyed in twins))

    asyncio.run(encode_both())
    assert [keyed.response.has("br") for keyed in twins] == [True, True]


def test_a_large_response_is_kept_compressed_in_memory_and_redis(database: Database) -> None:
    add_requests(database, *({"created_date": "2019-05-05"} for _ in range(600)))
    path = "/requests?start_date=2019-05-05&end_date=2019-05-05"
    with serve(settings_for(database)) as first, serve(settings_for(database)) as second:
        headers, compressed = _raw(first, path, Accept_Encoding="br")
        body = brotli.decompress(compressed)
        assert len(json.loads(body)) == 600
        before = second.state.responses.memory.bytes
        with queries() as asked:
            assert _raw(second, path, Accept_Encoding="br")[1] == compressed
            assert second.state.responses.memory.bytes - before < len(body) / 4
            for api in (first, second):
                assert _raw(api, path)[1] == body
                assert gzip.decompress(_raw(api, path, Accept_Encoding="gzip")[1]) == body
                assert _raw(api, path, Accept_Encoding="br")[0]["etag"] == headers["etag"]
        assert asked.made == 0


@pytest.mark.slow
def test_free_parameters_fill_neither_memory_nor_redis(database: Database) -> None:
    with serve(settings_for(database, cache_memory_mb=1)) as small:
        for number in range(120):
            assert small.get("/requests", skip=number % 7, limit=1_000 + number).status_code == 200
        memory = small.state.responses.memory
        assert memory.bytes <= 2**20
        with redis.Redis.from_url(variable("TEST_REDIS_URL")) as cache:
            lives = [cache.ttl(key) for key in cache.scan_iter("311:[0-9]*")]
    assert lives
    assert all(0 < seconds <= 86_400 for seconds in lives)


def test_default_that_depends_on_the_day_is_not_cached_by_url(api: Api) -> None:
    for _ in range(2):
        api.get("/geojson/hotspots")
        api.get("/geojson/hotspots", start_date="2020-01-01")
    urls = {url for url in api.state.responses.memory.by_url if url[0].endswith(b"spots")}
    assert urls == {(b"/geojson/hotspots", b"start_date=2020-01-01")}
