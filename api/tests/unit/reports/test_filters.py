from __future__ import annotations

import datetime as dt

import pytest

from lacity_data_api.errors import InvalidError
from lacity_data_api.reports.filters import Comparison, parse, where


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("created_date>=2020-01-02", Comparison("created_date", ">=", dt.date(2020, 1, 2))),
        ("created_date = 0001-01-01", Comparison("created_date", "=", dt.date(1, 1, 1))),
        ("council_name=Lake Balboa", Comparison("council_name", "=", "Lake Balboa")),
        ("source_name!=Council's Office", Comparison("source_name", "!=", "Council's Office")),
        ("type_name=a=b", Comparison("type_name", "=", "a=b")),
        ("created_hour<6", Comparison("created_hour", "<", 6)),
        ("council_id=-1", Comparison("council_id", "=", -1)),
        ("source_name<>Email", Comparison("source_name", "!=", "Email")),
        ("closed_date<2020-01-02", Comparison("closed_date", "<", dt.date(2020, 1, 2))),
        ("group_name=Street lights", Comparison("group_name", "=", "Street lights")),
    ],
)
def test_filter_is_read(text: str, expected: Comparison) -> None:
    assert parse([text]) == [expected]


@pytest.mark.timeout(60)
def test_a_value_of_many_blanks_is_read_in_one_pass() -> None:
    """It took time by the square of their number: minutes for these, and all other requests waited."""
    blanks = " " * 300_000
    assert parse([f"type_name=x{blanks}x{blanks}"]) == [Comparison("type_name", "=", f"x{blanks}x")]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "created_date",
        "created_date>>>2020-01-01",
        "created_date=>2020-01-01",
        "created_date==2020-01-01",
        "created_date>=",
        "created_date>=yesterday",
        "created_date>=2020-02-30",
        "created_date>=2020-01-01; SELECT 1",
        "created_year=20 20",
        "created_year=99999999999999999999",
        "created_hour=١",  # noqa: RUF001  a digit, but not one of ours
        "srnumber=1-1",
        "agency_idx=1",
        "created_yearxyz=2020",
        "region_id=1",
        "type_name>Graffiti",
        "type_name<>>Graffiti",
        "closed_date=never",
        "council_name=",
        "1=1",
    ],
)
def test_wrong_filter_is_named(text: str) -> None:
    with pytest.raises(InvalidError) as error:
        parse(["created_year=2020", text])
    assert error.value.errors[0]["loc"] == ["query", "filter", 1]


def test_values_never_enter_the_sql() -> None:
    chosen = where(parse(["council_name=x'); DROP TABLE requests; --", "created_hour=7"]))
    assert "DROP" not in chosen.sql
    assert chosen.values == {"value_0": ["x'); DROP TABLE requests; --"], "value_1": [7]}


@pytest.mark.parametrize(
    ("filters", "days"),
    [
        (["created_year=2020", "created_year=2018"], {dt.date(2018, 1, 1), dt.date(2020, 12, 31)}),
        (["created_year>2019"], {dt.date(2019, 12, 31)}),
        (["created_year<2019"], {dt.date(2019, 1, 1)}),
        (["created_year=0"], set()),
        (["created_year<=10000"], set()),
    ],
)
def test_years_become_days_that_indexes_find(filters: list[str], days: set[dt.date]) -> None:
    given = where(parse(filters)).values.values()
    assert {value for value in given if isinstance(value, dt.date)} == days
