"""The page of one request: everything that was published about it, its repeats, and its history."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from support.city import TODAY
from support.databases import Database, database
from support.documents import client_of
from support.serving import settings_for

from data.warehouse import Warehouse


@pytest.fixture(scope="module")
def client(warehouse: Warehouse) -> FlaskClient:
    return client_of(warehouse)


def test_what_the_city_published_and_what_it_counts_as(city: Database, client: FlaskClient) -> None:
    html = client.get("/request/1-103").text
    ((published, owner, address, council),) = city.rows(
        """SELECT requesttype, owner, r.address, council_name FROM requests r
        JOIN service_requests s ON s.request_id = r.id JOIN councils USING (council_id)
        WHERE r.srnumber = '1-103'"""
    )
    for text in (published, owner, address, council, "1-103", "test-test"):
        assert text in html
    assert html.count("<h1>") == 1


def test_open_and_closed_say_for_how_long(city: Database, client: FlaskClient) -> None:
    """Days are counted up to the last full day, based on the published dates."""
    open_one, days = city.rows(
        f"""SELECT srnumber, {TODAY} - 1 - created_date::date
        FROM service_requests WHERE is_open ORDER BY created_date LIMIT 1"""
    )[0]
    assert f"Open for {days:,} days" in client.get(f"/request/{open_one}").text
    closed_one, days = city.rows(
        """SELECT srnumber, days_to_close(created_date, closed_date) FROM service_requests
        WHERE closed_date IS NOT NULL ORDER BY 2 DESC LIMIT 1"""
    )[0]
    assert f"Closed after {days} days" in client.get(f"/request/{closed_one}").text
    cancelled = city.value(
        "SELECT srnumber FROM service_requests WHERE closed_date IS NULL AND NOT is_open LIMIT 1"
    )
    assert "Ended without a closed date: its status is Cancelled" in client.get(f"/request/{cancelled}").text


def test_a_place_without_coordinates_has_no_map(client: FlaskClient) -> None:
    assert "<svg" not in client.get("/request/1-53").text
    assert "no usable position" in client.get("/request/1-53").text
    assert 'role="img" aria-label="Map: the request' in client.get("/request/1-103").text


def test_repeats_lead_to_each_other(client: FlaskClient) -> None:
    html = client.get("/request/1-100").text
    assert "Duplicates of this request" in html
    assert '/request/1-101"' in html
    assert '/request/1-102"' in html
    child = client.get("/request/1-101").text
    assert "Duplicate of" in child
    assert '/request/1-100"' in child


def test_other_requests_at_the_address(city: Database, client: FlaskClient) -> None:
    number, address = city.rows(
        "SELECT srnumber, address FROM requests WHERE address LIKE '%%N Main St' LIMIT 1"
    )[0]
    others = city.rows(
        "SELECT srnumber FROM requests WHERE address = %(address)s AND srnumber <> %(number)s",
        address=address,
        number=number,
    )
    html = client.get(f"/request/{number}").text
    assert others
    listed = [other for (other,) in others if f'/request/{other}"' in html]
    assert len(listed) == min(len(others), 20)


def test_the_history_says_what_each_run_changed(client: FlaskClient) -> None:
    html = client.get("/request/1-100").text
    assert "Closed; Reassigned to another agency" in html
    assert "Status: Open → Closed" in html
    assert "Closed date: none → Nov 20, 2026, 8:15 AM" in html
    assert "Reopened" in html
    assert html.index("Reassigned to another agency") < html.index("Reopened")


def test_a_request_without_recorded_changes_has_the_published_dates(client: FlaskClient) -> None:
    html = client.get("/request/1-103").text
    assert "</span> Created</li>" in html


def test_a_withdrawn_request_says_so(client: FlaskClient) -> None:
    answer = client.get("/request/1-9999")
    assert answer.status_code == 404
    assert "was withdrawn" in answer.text
    assert "9 SPRING ST" in answer.text


@pytest.mark.parametrize("number", ["nothing", "1-4001", "%27%20OR%201%3D1", "<script>"])
def test_an_unknown_number_is_404(client: FlaskClient, number: str) -> None:
    answer = client.get(f"/request/{number}")
    assert answer.status_code == 404
    assert "<script>alert" not in answer.text
    assert "There is no request" in answer.text


def test_a_database_without_a_history_shows_the_published_dates() -> None:
    """A release of the reports may run before the migration that adds the table."""
    with database() as older:
        older.run("DROP TABLE changes")
        older.run(
            """INSERT INTO requests (srnumber, createddate, dataset_id, source_row_id, source_updated_at)
            VALUES ('1-1', '2026-11-02 10:00', 'a', 'a', now())"""
        )
        source = Warehouse(settings_for(older.reader_url))
        html = client_of(source).get("/request/1-1").text
        source.close()
    assert "Nov 2, 2026, 10:00 AM" in html
