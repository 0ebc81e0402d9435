from __future__ import annotations

import datetime as dt

import pytest

from lacity_data_api.status.schemas import ApiStatus, DatabaseStatus, DataStatus, LogLine
from tests.support.databases import Database
from tests.support.rows import add_requests
from tests.support.serving import ADMIN, Api

FINISHED = dt.datetime(2020, 1, 2, 9, 30, tzinfo=dt.UTC)


def _add_run(database: Database, status: str, finished: dt.datetime) -> None:
    database.run(
        "INSERT INTO load_runs (status, mode, finished_at) VALUES (%s, 'incremental', %s)", status, finished
    )


@pytest.fixture(scope="module", autouse=True)
def runs(database: Database) -> None:
    add_requests(database, {})
    _add_run(database, "succeeded", FINISHED)
    _add_run(database, "failed", FINISHED + dt.timedelta(days=1))
    for number in range(12):
        database.run("INSERT INTO log (status, message) VALUES ('INFO', %s)", f"line {number}")


def test_times_are_utc_and_los_angeles(api: Api) -> None:
    status = api.json("/status/api")
    assert status["lastPulledUTC"] == "2020-01-02T09:30:00"
    assert status["lastPulledLocal"] == "2020-01-02T01:30:00-08:00"
    now = dt.datetime.fromisoformat(status["currentTimeLocal"])
    assert abs(now - dt.datetime.now(dt.UTC)) < dt.timedelta(minutes=1)


def test_every_time_without_a_zone_says_that_it_is_utc(api: Api) -> None:
    """They look like the city's times of requests."""
    schemas = api.json("/openapi.json")["components"]["schemas"]
    for model in (ApiStatus, DatabaseStatus, DataStatus, LogLine):
        for name, schema in schemas[model.__name__]["properties"].items():
            if any("pattern" in form for form in (schema, *schema.get("anyOf", []))):
                assert "UTC" in name.upper() + schema.get("description", ""), (model, name)


def test_a_run_that_failed_after_the_merge_counts(api: Api, database: Database) -> None:
    _add_run(database, "merged", FINISHED + dt.timedelta(days=2))
    try:
        assert api.json("/status/api")["lastPulledUTC"] == "2020-01-04T09:30:00"
    finally:
        database.run("DELETE FROM load_runs WHERE status = 'merged'")


def test_age_of_the_data(api: Api) -> None:
    status = api.json("/status/data")
    assert status["last_pulled_utc"] == "2020-01-02T09:30:00"
    assert status["age_seconds"] == pytest.approx(
        (dt.datetime.now(dt.UTC) - FINISHED).total_seconds(), abs=60
    )


def test_generation_is_the_served_one(api: Api, database: Database) -> None:
    api.publish()
    served = api.json("/status/data")["generation"]
    assert served == database.value("SELECT generation FROM data_generation")


def test_status_says_what_is_counted(api: Api, database: Database) -> None:
    add_requests(
        database,
        {"created_date": "2020-01-01", "latitude": None, "longitude": None},
        {"created_date": "2020-01-02", "is_information": True},
        {"created_date": "2021-12-31"},  # after the newest load: an error in the source
    )
    api.publish()
    status = api.json("/status/data")
    counted = {
        name: status[name] for name in ("requests", "requests_not_on_map", "information_calls", "last_day")
    }
    assert counted == {
        "requests": 3,
        "requests_not_on_map": 1,
        "information_calls": 1,
        "last_day": "2020-01-02",
    }


def test_health(api: Api) -> None:
    api.publish()
    assert api.json("/status/live") == {"status": "alive"}
    assert api.json("/status/ready") == {"status": "ready"}


def test_counts(api: Api) -> None:
    status = api.json("/status/db")
    assert (status["requests"], status["service_requests"], status["councils"]) == (4, 4, 100)
    assert status["last_updated"] == "2020-01-02T09:30:00"


def test_what_no_generation_decides_is_not_cached(api: Api, database: Database) -> None:
    """A migration starts no generation, and neither does a run that finds no change."""
    assert api.json("/status/db")["last_updated"] == "2020-01-02T09:30:00"
    assert api.json("/status/data")["last_day"] == "2020-01-02"
    schema = database.value("SELECT version_num FROM alembic_version")
    database.run("UPDATE alembic_version SET version_num = '9999'")
    _add_run(database, "succeeded", dt.datetime(2022, 1, 1, 7, 30, tzinfo=dt.UTC))
    try:
        status = api.json("/status/db")
        assert (status["alembic_version"], status["last_updated"]) == ("9999", "2022-01-01T07:30:00")
        assert api.json("/status/data")["last_day"] == "2021-12-31", "the load ended on that day in the city"
    finally:
        database.run("UPDATE alembic_version SET version_num = %s", schema)
        database.run("DELETE FROM load_runs WHERE finished_at > '2021-01-01'")


def test_log_holds_the_newest_ten_lines(api: Api) -> None:
    lines = api.client.get("/status/log", headers=ADMIN).json()
    assert [line["message"] for line in lines] == [f"line {number}" for number in range(11, 1, -1)]


def _metrics(api: Api) -> dict[str, str]:
    text = api.client.get("/status/metrics", headers=ADMIN).text
    return dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))


def test_metrics_count_requests(api: Api) -> None:
    of_regions = 'api_requests_total{method="GET",route="/regions",status="200"}'
    before = float(_metrics(api).get(of_regions, 0))
    for _ in range(3):
        api.get("/regions")
    api.get("/councils/999")
    lines = _metrics(api)
    # Cache hits too.
    assert float(lines[of_regions]) == before + 3
    assert float(lines['api_requests_total{method="GET",route="/councils/{council_id}",status="404"}']) >= 1
    assert float(lines['api_responses_total{origin="url"}']) >= 1
    assert float(lines['api_pool_connections{state="allowed"}']) == 8
    assert float(lines["api_data_age_seconds"]) > 0
    assert float(lines["api_data_generation"]) >= 1
    assert any(name.startswith("api_request_seconds_bucket") for name in lines)


def test_unknown_page_is_422_with_the_names_of_pages(api: Api) -> None:
    response = api.get("/status/nope")
    assert response.status_code == 422
    assert "redis" in response.json()["detail"][0]["msg"]


def test_welcome(api: Api) -> None:
    assert "message" in api.json("/")


@pytest.mark.parametrize("path", ["/docs", "/openapi.json"])
def test_documentation_is_served(api: Api, path: str) -> None:
    assert api.get(path).status_code == 200


@pytest.mark.parametrize("path", ["/councils/", "/requests/pins/open/"])
def test_trailing_slash_leads_to_the_path_without(api: Api, path: str) -> None:
    response = api.client.get(f"{path}?a=1", headers={"Host": "evil.example"})
    assert response.status_code == 307
    assert response.headers["location"] == f"{path.rstrip('/')}?a=1"
