from __future__ import annotations

import datetime as dt
import itertools
import random
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from samples import first

from lacity_data_api.city.facts import City, Rollup, RollupCatalog
from lacity_data_api.reports import endpoints, repository
from lacity_data_api.reports.fields import Field
from lacity_data_api.reports.filters import parse
from tests.support.counting import queries
from tests.support.databases import Database
from tests.support.plans import plan_of
from tests.support.rows import add_requests
from tests.support.serving import Api

NAMES = ("council_name", "type_name", "agency_name", "source_name", "group_name", "group_id")
UNKNOWN = 987_654
Row = dict[str, Any]

NAMED_ROWS = """
SELECT created_date, closed_date, r.is_information, council_name, type_name, agency_name, source_name,
       group_name, group_id, council_id, r.type_id, r.agency_id, source_id
  FROM service_requests r JOIN councils USING (council_id) JOIN request_types t USING (type_id)
  JOIN type_groups USING (group_id) JOIN agencies a ON a.agency_id = r.agency_id
  JOIN sources USING (source_id)
"""


def _drawn(draw: random.Random) -> Row:
    day = dt.date(2019, 12, 28) + dt.timedelta(days=draw.randrange(8))
    return {
        "created_date": f"{day} {draw.choice(['00:00', '00:01', '09:30', '23:59'])}",
        "closed_date": draw.choice([None, "2020-01-05 12:00", "2020-01-06 00:00"]),
        "latitude": draw.choice([None, 34.1]),
        "is_information": draw.random() < 0.2,
        "type_id": draw.choice([1, 4, 4, 4, UNKNOWN]),
        "council_id": draw.choice([0, 1, 52]),
        # 2 and 3 have the same name.
        "agency_id": draw.choice([2, 3, 4, UNKNOWN]),
        "source_id": draw.choice([2, 7, UNKNOWN]),
    }


@pytest.fixture(scope="module", autouse=True)
def rows(database: Database) -> list[Row]:
    """Requests as a report sees them, one by one."""
    draw = random.Random(311)
    database.run("INSERT INTO type_groups (group_id, group_name) VALUES (5, 'Streets')")
    database.run("UPDATE request_types SET group_id = 5 WHERE type_id IN (1, 4)")
    add_requests(database, *(_drawn(draw) for _ in range(250)))
    seen = [_seen(*row) for row in database.run(NAMED_ROWS)]
    assert {row["is_information"] for row in seen} == {True, False}
    return [row for row in seen if not row["is_information"]]


def _seen(created: dt.datetime, closed: dt.datetime | None, is_information: bool, *rest: Any) -> Row:
    names = (*NAMES, "council_id", "type_id", "agency_id", "source_id")
    return {
        "created_year": created.year,
        "created_month": created.month,
        "created_dow": created.isoweekday() % 7,
        "created_hour": created.hour,
        "created_date": created.date().isoformat(),
        "closed_date": closed and closed.date().isoformat(),
        "is_information": is_information,
        **dict(zip(names, rest, strict=True)),
    }


def counted(rows: list[Row], fields: list[str]) -> list[Row]:
    groups = Counter(tuple(row[field] for field in fields) for row in rows)
    return [dict(zip(fields, key, strict=True)) | {"counts": number} for key, number in groups.items()]


def in_order(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: [str(value) for value in row.values()])


def ask(api: Api, fields: list[str], filters: list[str]) -> list[Row]:
    groups: list[Row] = api.json("/reports", field=fields, filter=filters or ["created_year>0"])
    return groups


@pytest.mark.parametrize("size", first([1, 2, 3, 4], 2))
def test_every_combination_of_fields_counts_every_request(api: Api, rows: list[Row], size: int) -> None:
    for fields in map(list, itertools.combinations(Field, size)):
        assert in_order(ask(api, fields, [])) == in_order(counted(rows, fields)), fields


def test_all_fields_together_in_the_requested_order(api: Api, rows: list[Row]) -> None:
    fields = [*Field][::-1]
    answer = ask(api, fields, [])
    assert list(answer[0]) == [*fields, "counts"]
    assert in_order(answer) == in_order(counted(rows, fields))


COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    ">=": lambda one, other: one >= other,
    ">": lambda one, other: one > other,
    "<=": lambda one, other: one <= other,
    "<": lambda one, other: one < other,
    "!=": lambda one, other: one != other,
}
ORDERED = [
    *(("created_year", year) for year in (0, 2019, 2020, 10**12)),
    *(("created_month", month) for month in (1, 12)),
    *(("created_date", day) for day in ("2019-12-30", "2020-01-01", "2020-01-03")),
    ("created_dow", 3),
    ("created_hour", 9),
    ("council_id", 0),
    ("type_id", UNKNOWN),
    ("agency_id", 2),
    ("source_id", 7),
    ("group_id", 0),
    ("closed_date", "2020-01-05"),
]
NAMED = [
    *(("council_name", name) for name in ("No council", "Arleta", "Nowhere")),
    ("type_name", "Graffiti"),
    ("source_name", "Council's Office"),
    ("agency_name", "Sanitation Bureau"),
    ("group_name", "Streets"),
]
FILTERS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(ORDERED), st.sampled_from([*COMPARE, "="])),
        st.tuples(st.sampled_from(NAMED), st.sampled_from(["=", "!="])),
    ),
    min_size=1,
    max_size=4,
)


def passes(row: Row, filters: list[tuple[tuple[str, Any], str]]) -> bool:
    """All filters must match; of several equalities with the same name, at least one."""
    equal: dict[str, list[Any]] = {}
    for (name, value), operator in filters:
        if operator == "=":
            equal.setdefault(name, []).append(value)
        elif (row[name] is None and operator != "!=") or not COMPARE[operator](row[name], value):
            return False
    return all(row[name] in values for name, values in equal.items())


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    filters=FILTERS,
    fields=st.lists(st.sampled_from([str(field) for field in Field]), min_size=1, unique=True),
)
def test_filters_select_the_requests_they_name(
    api: Api, rows: list[Row], filters: list[tuple[tuple[str, Any], str]], fields: list[str]
) -> None:
    written = [f"{name}{operator}{value}" for (name, value), operator in filters]
    expected = counted([row for row in rows if passes(row, filters)], fields)
    assert in_order(ask(api, fields, written)) == in_order(expected)


def test_last_day_is_included(api: Api, rows: list[Row]) -> None:
    found = ask(api, ["created_date"], ["created_date<=2020-01-01"])
    assert found[-1]["created_date"] == "2020-01-01"


def test_last_day_of_the_calendar(api: Api, rows: list[Row]) -> None:
    assert ask(api, ["created_year"], ["created_date<=9999-12-31"]) == ask(api, ["created_year"], [])


def test_groups_are_ordered_by_their_fields(api: Api) -> None:
    answer = ask(api, ["created_date", "created_hour"], [])
    keys = [(row["created_date"], row["created_hour"]) for row in answer]
    assert keys == sorted(keys)


def test_field_named_twice_counts_once(api: Api) -> None:
    assert ask(api, ["type_name", "type_name"], []) == ask(api, ["type_name"], [])


@pytest.mark.parametrize("field", ["nope", "created_yearxyz", "created_year;", ""])
def test_unknown_field_is_422(api: Api, field: str) -> None:
    response = api.get("/reports", field=["type_name", field])
    assert response.status_code == 422
    assert response.json()["detail"][0]["loc"] == ["query", "field", 1]


def test_unknown_filter_is_422_with_a_reason(api: Api) -> None:
    response = api.get("/reports", filter="srnumber=1-1")
    assert response.status_code == 422
    assert "council_name" in response.json()["detail"][0]["msg"]


def test_too_many_groups_are_422(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repository, "MAX_GROUPS", 5)
    assert len(ask(api, ["created_year"], ["created_year>=2019"])) == 2
    with queries() as counted:
        responses = [api.get("/reports", field="created_date", filter="created_year>=2019") for _ in "ab"]
    assert [response.status_code for response in responses] == [422, 422]
    assert "more than 5 groups" in responses[0].json()["detail"][0]["msg"]
    assert responses[0].json() == responses[1].json()
    assert counted.made == 1


def test_default_begins_with_last_month_in_los_angeles(
    api: Api, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(City, "today", lambda _: dt.date(2020, 2, 1))
    found = api.json("/reports")
    assert {row["created_date"] for row in found} == {
        row["created_date"] for row in ask(api, ["created_date"], ["created_date>=2020-01-01"])
    }
    # The same URL means a different query on another day.
    monkeypatch.setattr(City, "today", lambda _: dt.date(2020, 3, 1))
    assert api.json("/reports") == []


@pytest.mark.parametrize(
    ("day", "first"),
    [(dt.date(2026, 1, 31), dt.date(2025, 12, 1)), (dt.date(2024, 3, 1), dt.date(2024, 2, 1))],
)
def test_first_day_of_last_month(day: dt.date, first: dt.date) -> None:
    assert endpoints.since_last_month(day).value == first


def test_information_calls_are_counted_on_request(api: Api, rows: list[Row], database: Database) -> None:
    calls = database.value("SELECT count(*) FROM service_requests WHERE is_information")
    for field in ("created_year", "created_hour", "group_name"):
        totals = [
            sum(row["counts"] for row in api.json("/reports", field=field, filter="created_year>0", **more))
            for more in ({}, {"information": "include"})
        ]
        assert totals == [len(rows), len(rows) + calls]


def test_groups_without_counted_requests_are_left_out(api: Api, database: Database) -> None:
    """Their cells exist because of the calls for information in them."""
    call = {"is_information": True, "created_date": "2018-05-05", "source_id": 3}
    add_requests(database, call)
    api.publish()
    try:
        for field in ("source_name", "created_date"):
            groups = api.json("/reports", field=field, filter="created_year=2018")
            assert groups == []
            assert (
                len(api.json("/reports", field=field, filter="created_year=2018", information="include")) == 1
            )
    finally:
        with database.load() as cursor:
            cursor.execute("DELETE FROM service_requests WHERE created_date = '2018-05-05'")
        api.publish()


def test_not_equal_can_be_written_in_two_ways(api: Api) -> None:
    written = [ask(api, ["source_name"], [f"source_name{sign}Mobile App"]) for sign in ("!=", "<>")]
    assert written[0] == written[1]
    assert "Mobile App" not in {row["source_name"] for row in written[0]}


@pytest.mark.parametrize("name_and_value", [*ORDERED, *NAMED], ids=str)
def test_every_request_is_equal_or_not_equal(
    api: Api, rows: list[Row], name_and_value: tuple[str, Any]
) -> None:
    """Requests that are not closed were neither."""
    name, value = name_and_value
    found = [ask(api, ["type_name"], [f"{name}{sign}{value}"]) for sign in ("=", "!=")]
    assert sum(row["counts"] for groups in found for row in groups) == len(rows)


# No rollup has the hour of a request with its source and council.
ONE_BY_ONE = "/reports?field=created_hour&field=council_name&field=source_name&field=agency_name"


def test_requests_are_read_one_by_one_only_if_they_are_few(
    api: Api, rows: list[Row], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rollup tells how many there are on the days of the filters."""
    monkeypatch.setattr(repository, "MAX_REQUESTS", 100)
    many, few = (f"{ONE_BY_ONE}&filter=created_{days}" for days in ("year>=2019", "date=2019-12-28"))
    with queries() as counted:
        responses = [api.get(many) for _ in "ab"]
    assert [response.status_code for response in responses] == [422, 422]
    assert "more than 100 requests" in responses[0].json()["detail"][0]["msg"]
    assert counted.made == 1
    found = sum(row["counts"] for row in api.json(few))
    assert found == sum(row["created_date"] == "2019-12-28" for row in rows)
    assert found
    # A rollup has this field, so the number of requests does not matter.
    assert api.get("/reports?field=created_date&filter=created_year>=2019").status_code == 200


def test_too_many_requests_are_not_even_begun(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repository, "MAX_REQUESTS", 100)
    by_day = Rollup("rollup_day_type", frozenset({"created_date", "type_id"}))
    catalog = RollupCatalog((by_day,), {name: name for name in ("council_id", "source_id")})
    query = repository.counted(
        [Field.COUNCIL_NAME, Field.SOURCE_NAME],
        parse(["created_date>=2019-01-01"]),
        catalog,
        has_information=False,
        is_lasting=True,
    )
    plan = "\n".join(plan_of(database, query, "ANALYZE, TIMING OFF"))
    assert re.search(r"on service_requests.*never executed", plan), plan
