"""The wire format, byte for byte where it matters."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from portal_site import Site

from portal.server import serve
from portal.throttle import Throttle

LEGACY, CASES = "/resource/rq3b-xjk8", "/resource/2cy6-i7zn"
SAMPLE = Path(__file__).parents[5] / "shared" / "data" / "requests_2020_sample.json"
ROWS: list[dict[str, object]] = [
    {
        "srnumber": "1-1",
        "createddate": "2020-01-01T00:45:00.000",
        "updateddate": "2020-01-06T14:17:00.000",
        "requesttype": 'Say "hi"',
        "owner": "O'MALLEY'S",
        "address": "ÑANDÚ ST\nLINE TWO\x00, 90012",
        "latitude": "34.01549357",
        "longitude": "-118.3423939",
    },
    {"srnumber": "1-2", "createddate": "2020-01-02T01:00:00.000", "updateddate": None},
    {"casenumber": "12345678", "createddate": "2026-02-01T10:00:00.000", "reported_anonymously__c": True},
]


@pytest.fixture
def small(tmp_path: Path) -> Iterator[httpx.Client]:
    """A portal of three known rows."""
    file = tmp_path / "rows.json"
    file.write_text(json.dumps(ROWS), encoding="utf-8")
    with serve(data=file) as (url, _), httpx.Client(base_url=url, trust_env=False) as http:
        yield http


def test_a_row_is_an_object_of_strings_without_its_nulls(small: httpx.Client) -> None:
    first, second = small.get(f"{LEGACY}.json").json()
    assert first == {
        **ROWS[0],
        "addressverified": "Y",
        "location": {
            "latitude": "34.01549357",
            "longitude": "-118.3423939",
            "human_address": '{"address": "", "city": "", "state": "", "zip": ""}',
        },
    }
    assert second == {"srnumber": "1-2", "createddate": "2020-01-02T01:00:00.000"}


def test_an_empty_dataset_is_listed_with_a_time(small: httpx.Client) -> None:
    results = small.get("/api/catalog/v1").json()["results"]
    times = {result["resource"]["id"]: result["resource"]["updatedAt"] for result in results}
    assert times["ms7h-a45h"] == "2015-01-01T00:00:00.000Z"
    assert times["rq3b-xjk8"] == "2020-01-07T21:17:00.000Z"
    assert small.get("/resource/ms7h-a45h.json").json() == []


def test_rows_are_separated_as_the_portal_does(small: httpx.Client) -> None:
    body = small.get(f"{LEGACY}.json", params={"$select": "srnumber"}).text
    assert body == '[{"srnumber":"1-1"}\n,{"srnumber":"1-2"}]\n'


def test_a_boolean_is_a_json_boolean(small: httpx.Client) -> None:
    assert small.get(f"{CASES}.json", params={"$select": "reported_anonymously__c as a"}).json() == [
        {"a": True}
    ]


def test_csv_is_quoted_and_nulls_are_empty(small: httpx.Client) -> None:
    response = small.get(f"{LEGACY}.csv", params={"$select": "srnumber,owner,requesttype,updateddate"})
    assert response.headers["content-type"] == "text/csv;charset=utf-8"
    assert response.text == (
        '"srnumber","owner","requesttype","updateddate"\n'
        '"1-1","O\'MALLEY\'S","Say ""hi""","2020-01-06T14:17:00.000"\n'
        '"1-2",,,\n'
    )


def test_csv_and_json_say_the_same(site: Site) -> None:
    query = {"$select": ":*,*", "$order": ":id", "$limit": "500"}
    rows = site.http.get(f"{LEGACY}.json", params=query).json()
    read = csv.DictReader(io.StringIO(site.http.get(f"{LEGACY}.csv", params=query).text, newline=""))
    for row in rows:
        row.pop("location", None)
    assert [{k: v for k, v in row.items() if v} for row in read] == rows


def test_system_fields_have_their_forms(site: Site) -> None:
    for row in site.http.get(f"{CASES}.json", params={"$select": ":*"}).json():
        assert list(row) == [":id", ":created_at", ":updated_at"]
        assert re.fullmatch(r"row-[0-9a-z]{4}[._~-][0-9a-z]{4}[._~-][0-9a-z]{4}", row[":id"])
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", row[":updated_at"])


def test_system_fields_come_only_when_requested(site: Site) -> None:
    assert not [name for name in site.http.get(f"{CASES}.json").json()[0] if name.startswith(":")]


def test_aggregates_are_strings_under_their_aliases(small: httpx.Client) -> None:
    query = {"$select": "count(*) as n, max(createddate) as newest, count(owner)"}
    assert small.get(f"{LEGACY}.json", params=query).json() == [
        {"n": "2", "newest": "2020-01-02T01:00:00.000", "count_owner": "1"}
    ]
    assert small.get(f"{LEGACY}.json", params={"$select": "count(*)"}).json() == [{"count": "2"}]


def test_groups_are_counted(site: Site) -> None:
    query = {"$select": "status, count(*) as n", "$group": "status", "$order": "n desc"}
    groups = site.http.get(f"{LEGACY}.json", params={**query, "$order": "status"}).json()
    total = site.http.get(f"{LEGACY}.json", params={"$select": "count(*) as n"}).json()[0]["n"]
    assert sum(int(group["n"]) for group in groups) == int(total)


def test_rows_say_when_they_were_updated(small: httpx.Client) -> None:
    headers = small.get(f"{LEGACY}.json").headers
    assert headers["content-type"] == "application/json;charset=utf-8"
    assert headers["last-modified"] == "Tue, 07 Jan 2020 21:17:00 GMT"


def test_large_and_small_answers_are_compressed_on_request(site: Site) -> None:
    for limit in ("50", "20000"):
        packed = site.http.get(f"{CASES}.json", params={"$limit": limit, "$order": ":id"})
        plain = site.http.get(
            f"{CASES}.json",
            params={"$limit": limit, "$order": ":id"},
            headers={"Accept-Encoding": "identity"},
        )
        assert packed.headers["content-encoding"] == "gzip"
        assert "content-encoding" not in plain.headers
        assert packed.json() == plain.json()


def test_a_field_may_be_filtered_by_its_name(small: httpx.Client) -> None:
    assert len(small.get(f"{LEGACY}.json", params={"owner": "O'MALLEY'S"}).json()) == 1


def test_the_default_limit_is_1000_and_the_largest_50000(site: Site) -> None:
    assert len(site.http.get(f"{CASES}.json").json()) == 1_000
    assert site.http.get(f"{CASES}.json", params={"$limit": "50000"}).status_code == 200
    assert site.http.get(f"{CASES}.json", params={"$limit": "50001"}).status_code == 400


@pytest.mark.parametrize(
    ("path", "query", "status", "code"),
    [
        ("/resource/zzzz-zzzz.json", {}, 404, "dataset.missing"),
        ("/resource/zzzz.json", {}, 404, "dataset.missing"),
        ("/api/views/zzzz-zzzz.json", {}, 404, "dataset.missing"),
        ("/", {}, 404, "dataset.missing"),
        (f"{LEGACY}.json", {"$select": "nosuch"}, 400, "query.soql.no-such-column"),
        (f"{LEGACY}.json", {"nosuch": "1"}, 400, "query.soql.no-such-column"),
        (f"{LEGACY}.json", {"$where": "owner ="}, 400, "query.compiler.malformed"),
        (f"{LEGACY}.json", {"$order": "owner sideways"}, 400, "query.compiler.malformed"),
        (f"{LEGACY}.json", {"$limit": "many"}, 400, "query.invalid-number"),
        (f"{LEGACY}.json", {"$offset": "-1"}, 400, "query.invalid-number"),
        (f"{LEGACY}.json", {"$having": "1"}, 400, "query.unrecognized"),
        (f"{LEGACY}.json", {"$select": "owner, count(*)"}, 400, "query.soql.column-not-in-group-bys"),
    ],
)
def test_an_error_has_the_shape_of_socrata(
    site: Site, path: str, query: dict[str, str], status: int, code: str
) -> None:
    response = site.http.get(path, params=query)
    body = response.json()
    is_query = code.startswith("query.")
    assert (response.status_code, body["errorCode" if is_query else "code"]) == (status, code)
    assert set(body) == ({"message", "errorCode", "data"} if is_query else {"code", "error", "message"})


def test_requests_without_a_token_are_throttled(tmp_path: Path) -> None:
    throttle = Throttle(per_minute=2, tokens=frozenset({"known"}))
    with serve(rows=10, throttle=throttle) as (url, _), httpx.Client(base_url=url, trust_env=False) as http:
        responses = [http.get(f"{LEGACY}.json") for _ in range(3)]
        assert [response.status_code for response in responses] == [200, 200, 429]
        assert 1 <= int(responses[2].headers["retry-after"]) <= 60
        assert http.get(f"{LEGACY}.json", headers={"X-App-Token": "known"}).status_code == 200
        assert http.get(f"{LEGACY}.json", params={"$$app_token": "known"}).status_code == 200
        assert http.get(f"{LEGACY}.json", headers={"X-App-Token": "other"}).status_code == 403


@pytest.mark.skipif(not SAMPLE.exists(), reason="the real sample ../shared/data is not in this checkout")
def test_the_real_sample_comes_back_as_it_was_published() -> None:
    with serve(data=SAMPLE) as (url, _), httpx.Client(base_url=url, trust_env=False) as http:
        rows = http.get(f"{LEGACY}.json", params={"$limit": "5000"}).json()
    expected = json.loads(SAMPLE.read_text(encoding="utf-8"))
    assert [
        {k: v for k, v in row.items() if k not in ("location", "addressverified")} for row in rows
    ] == expected


@pytest.mark.parametrize("content", ["{}", "[1]", '[{"srnumber": "1", "nosuch": 1}]'])
def test_a_file_that_is_not_rows_is_rejected(tmp_path: Path, content: str) -> None:
    file = tmp_path / "rows.json"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match=r"rows\.json|nosuch"), serve(data=file):
        pass
