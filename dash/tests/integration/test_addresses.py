"""Addresses and clusters against counts over the rows as published."""

from __future__ import annotations

import pytest
from support.cards import card, dicts, figures
from support.databases import Database
from support.documents import client_of
from support.raw import RAW
from support.workbooks import column

from data.warehouse import Warehouse
from pages import addresses as page

# Query of the URL → condition on the rows as published, of the last 400 days.
SELECTIONS = {
    "type=4": "type = 'Bulky Items'",
    "type=4,6,1": "type IN (SELECT type_name FROM request_types WHERE type_id IN (4, 6, 1))",
    "type=4,6&council=52": "type IN (SELECT type_name FROM request_types WHERE type_id IN (4, 6))"
    " AND council = 'Noho'",
    "type=4,6,1&council=0": "type IN (SELECT type_name FROM request_types WHERE type_id IN (4, 6, 1))"
    " AND council = 'No council'",
}


def period(city: Database) -> str:
    return city.value(RAW + "SELECT 'from=' || (today - 400) || '&to=' || (today - 1) FROM past LIMIT 1")


@pytest.mark.parametrize(("search", "condition"), SELECTIONS.items())
def test_addresses_with_several_requests(
    city: Database, warehouse: Warehouse, search: str, condition: str
) -> None:
    chosen = RAW + f", chosen AS (SELECT * FROM past WHERE created >= today - 400 AND {condition}) "
    rows = city.rows(
        chosen
        + """SELECT address, count(*), count(*) FILTER (WHERE is_open), min(created)::date, max(created)::date
            FROM chosen WHERE address <> '' GROUP BY 1 HAVING count(*) > 1 ORDER BY 2 DESC, 1"""
    )
    shown = dicts(card(warehouse, page.REPORT, "addresses", f"{search}&{period(city)}"))
    assert [
        [row["address"], row["requests"], row["open"], row["first_day"], row["last_day"]] for row in shown
    ] == rows
    value = figures(card(warehouse, page.REPORT, "numbers", f"{search}&{period(city)}"))
    ((requests, addresses),) = city.rows(chosen + "SELECT count(*), count(DISTINCT address) FROM chosen")
    assert [value["requests"], value["addresses"]] == [requests, addresses]
    assert [value["repeated_addresses"], value["repeated_requests"]] == [
        len(rows),
        sum(row[1] for row in rows),
    ]


@pytest.mark.parametrize(("search", "condition"), SELECTIONS.items())
def test_clusters_of_requests_at_one_place(
    city: Database, warehouse: Warehouse, search: str, condition: str
) -> None:
    """All located requests of a council are at one point of the small city, kilometers from the next."""
    rows = city.rows(
        RAW
        + f"""SELECT council, count(*), count(DISTINCT address) FROM past
            WHERE created >= today - 400 AND located AND {condition}
            GROUP BY 1 HAVING count(*) >= 5"""
    )
    shown = dicts(card(warehouse, page.REPORT, "clusters", f"{search}&{period(city)}"))
    assert sorted([row["council"], row["requests"], row["addresses"]] for row in shown) == sorted(rows)
    assert [row["requests"] for row in shown] == sorted((row["requests"] for row in shown), reverse=True)


def test_a_table_as_an_excel_file_has_every_row(city: Database, warehouse: Warehouse) -> None:
    search = f"type=4,6,1&{period(city)}"
    body = client_of(warehouse).get(f"/xlsx/addresses/addresses.xlsx?{search}").data
    shown = dicts(card(warehouse, page.REPORT, "addresses", search))
    assert column(body, "address") == [row["address"] for row in shown]
    assert column(body, "requests") == [str(row["requests"]) for row in shown]
    assert client_of(warehouse).get("/xlsx/addresses/nothing.xlsx").status_code == 404


def test_nothing_repeats_says_so(warehouse: Warehouse) -> None:
    assert card(warehouse, page.REPORT, "addresses", "type=60").is_empty
    assert card(warehouse, page.REPORT, "clusters", "type=60").is_empty


def test_addresses_are_compared_with_themselves(city: Database, warehouse: Warehouse) -> None:
    first, last = city.rows(RAW + "SELECT (today - 40)::text, (today - 1)::text FROM past LIMIT 1")[0]
    search = f"type=4,6,1&from={first}&to={last}&compare=year"
    shown = dicts(card(warehouse, page.REPORT, "addresses", search))
    before = dict(
        city.rows(
            RAW
            + """SELECT address, count(*) FROM past
                WHERE type IN (SELECT type_name FROM request_types WHERE type_id IN (4, 6, 1))
                AND created >= (today - 40) - interval '1 year'
                AND created < (today - 1) - interval '1 year' + interval '1 day'
                GROUP BY 1"""
        )
    )
    assert shown
    assert [row["requests_before"] for row in shown] == [before.get(row["address"], 0) for row in shown]
