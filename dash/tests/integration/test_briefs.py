"""Council briefs against counts over the rows as published, and their files."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from PIL import Image
from support.databases import Database
from support.documents import client_of
from support.raw import RAW

from data.warehouse import Warehouse
from report_kit import periods
from report_kit.periods import Period

COUNTED = """SELECT
    count(*) FILTER (WHERE created >= %(first)s AND created < %(end)s),
    count(*) FILTER (WHERE closed >= %(first)s AND closed < %(end)s),
    count(*) FILTER (WHERE created < %(end)s AND (is_open OR closed >= %(end)s)),
    count(*) FILTER (WHERE created < %(old)s AND (is_open OR closed >= %(end)s)),
    percentile_disc(0.5) WITHIN GROUP (ORDER BY days) FILTER (WHERE closed >= %(first)s AND closed < %(end)s)
    FROM raw WHERE council = (SELECT council_name FROM councils WHERE council_id = %(council)s)"""
# Council → how many of its periods are counted.
COUNCILS = {52: 5, 0: 2, 7: 1}


@pytest.fixture(scope="module")
def client(warehouse: Warehouse) -> FlaskClient:
    return client_of(warehouse)


@pytest.fixture(scope="module")
def newest(warehouse: Warehouse) -> date:
    last = warehouse.facts().last_day
    assert last is not None
    return last


def shown_periods(newest: date) -> list[Period]:
    """A whole and a current week and month, and a week long ago."""
    return [
        periods.last_whole("week", newest),
        periods.of_day("week", newest, newest),
        periods.last_whole("month", newest),
        periods.of_day("month", newest, newest),
        periods.of_day("week", newest - timedelta(days=400), newest),
    ]


def counted(city: Database, council: int, period: Period) -> list[object]:
    end = period.last + timedelta(days=1)
    values = {"first": period.first, "end": end, "old": end - timedelta(days=91), "council": council}
    return city.rows(RAW + COUNTED, **values)[0]


@pytest.mark.parametrize("council", COUNCILS)
def test_numbers_and_those_of_the_period_before(
    city: Database, client: FlaskClient, newest: date, council: int
) -> None:
    for period in shown_periods(newest)[: COUNCILS[council]]:
        text = client.get(f"/brief/{council}.csv?{period.query}").text
        rows = [row for row in csv.DictReader(io.StringIO(text)) if row["section"] == "numbers"]
        now, before = counted(city, council, period), counted(city, council, period.before())
        assert [row["value"] for row in rows] == ["" if value is None else str(value) for value in now], (
            period
        )
        assert [row["before"] for row in rows] == ["" if value is None else str(value) for value in before], (
            period
        )


def test_types_addresses_and_the_oldest(city: Database, client: FlaskClient, newest: date) -> None:
    period = periods.last_whole("month", newest)
    values = {"first": period.first, "end": period.last + timedelta(days=1)}
    rows = list(csv.DictReader(io.StringIO(client.get(f"/brief/52.csv?{period.query}").text)))
    where = "FROM raw WHERE council = 'Noho' AND created >= %(first)s AND created < %(end)s"
    types = city.rows(RAW + f"SELECT type, count(*) {where} GROUP BY 1 ORDER BY 2 DESC, 1", **values)
    found = [
        [row["name"], int(row["value"])] for row in rows if row["section"] == "types" and row["value"] != "0"
    ]
    assert found == types
    addresses = city.rows(
        RAW + f"SELECT address, count(*) {where} GROUP BY 1 HAVING count(*) > 1 ORDER BY 2 DESC, 1 LIMIT 8",
        **values,
    )
    found = [[row["name"].upper(), int(row["value"])] for row in rows if row["section"] == "addresses"]
    assert found == addresses
    days = city.rows(
        RAW
        + """SELECT %(end)s::date - 1 - created::date FROM raw
            WHERE council = 'Noho' AND created < %(end)s AND (is_open OR closed >= %(end)s)
            ORDER BY created LIMIT 8""",
        **values,
    )
    assert [[int(row["value"])] for row in rows if row["section"] == "oldest open, days"] == days


def test_the_page_says_what_the_file_says(client: FlaskClient, newest: date) -> None:
    period = periods.last_whole("week", newest)
    html = client.get(f"/brief/52?{period.query}").text
    rows = csv.DictReader(io.StringIO(client.get(f"/brief/52.csv?{period.query}").text))
    for row in rows:
        if row["section"] == "numbers" and row["value"]:
            assert re.search(rf">{int(row['value']):,}<", html), row


def test_a_partial_week_is_compared_with_the_same_days(newest: date) -> None:
    period = periods.of_day("week", newest, newest)
    if period.is_partial:
        assert period.before().days == period.days
        assert "same days" in period.compared
    assert periods.of_day("week", date(2026, 11, 25), date(2026, 11, 25)).before().last == date(2026, 11, 18)
    assert periods.of_day("month", date(2026, 3, 30), date(2026, 3, 30)).before().last == date(2026, 2, 28)


def test_the_picture_has_the_size_of_links_and_says_what_it_shows(client: FlaskClient, newest: date) -> None:
    period = periods.last_whole("week", newest)
    answer = client.get(f"/brief/52.png?{period.query}")
    picture = Image.open(io.BytesIO(answer.data))
    assert answer.content_type == "image/png"
    assert picture.size == (1200, 630)
    assert len(picture.convert("RGB").getcolors(100_000) or []) > 10
    html = client.get(f"/brief/52?{period.query}").text
    (alternative,) = re.findall(r'og:image:alt" content="([^"]*)"', html)
    assert "new requests: " in alternative
    assert picture.info["Description"] == alternative


def test_the_html_file_needs_nothing_else(client: FlaskClient, newest: date) -> None:
    period = periods.last_whole("week", newest)
    answer = client.get(f"/brief/52.html?{period.query}")
    assert f'filename="brief-52-{period.name}.html"' in answer.headers["Content-Disposition"]
    assert "<script" not in answer.text
    assert '<link rel="stylesheet"' not in answer.text
    assert not re.search(r'(?:src|href)="/', answer.text), "links of a file are whole"


def test_a_brief_without_requests_is_a_brief(client: FlaskClient, city: Database) -> None:
    ((council,),) = city.rows(
        "SELECT council_id FROM councils c WHERE NOT EXISTS (SELECT FROM service_requests s"
        " WHERE s.council_id = c.council_id AND created_date > now() - interval '30 days') LIMIT 1"
    ) or [[7]]
    answer = client.get(f"/brief/{council}")
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "path",
    ["/brief/999", "/brief/52?week=2026", "/brief/52?week=2026-W54", "/brief/52?month=2026-13",
     "/brief/52?week=2014-W01", "/brief/52?week=2099-W01", "/brief/52.png?week=x", "/brief/999.csv"],
)  # fmt: skip
def test_what_is_no_brief_is_404_with_advice(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert "brief" in answer.text or "There is no council" in answer.text


@pytest.mark.parametrize("kind", ["", ".csv", ".png", ".html"])
@pytest.mark.parametrize("period", ["week=2099-W01", "week=9999-W52", "month=9999-12", "week=0001-W01"])
def test_a_period_that_is_not_loaded_is_404_with_the_days_that_are(
    client: FlaskClient, period: str, kind: str
) -> None:
    """The last week and month that Python can express once ended in a 500."""
    answer = client.get(f"/brief/52{kind}?{period}")
    assert answer.status_code == 404
    assert "The data cover" in answer.text
