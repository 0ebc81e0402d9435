"""Every figure of the weekly report against a count over the rows as published."""

from __future__ import annotations

from support.cards import card, column, dicts, figures, rows, total
from support.databases import Database
from support.raw import RAW

from data.warehouse import Warehouse
from pages import neighborhood_weekly as page
from report_kit.content import CardContent

WEEK = (
    RAW
    + """, mine AS (
        SELECT *, created >= today - 7 AND created < today AS is_new,
            coalesce(closed >= today - 7 AND closed < today, false) AS is_closed
        FROM raw WHERE council = (SELECT council_name FROM councils WHERE council_id = 52)
    ) """
)


def build(warehouse: Warehouse, name: str, search: str = "") -> CardContent:
    return card(warehouse, page.REPORT, name, f"council=52&{search}")


def test_new_closed_net_change_and_open(city: Database, warehouse: Warehouse) -> None:
    value = figures(build(warehouse, "numbers"))
    ((new, closed, is_open),) = city.rows(
        WEEK
        + """SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE is_closed),
            count(*) FILTER (WHERE is_open) FROM mine"""
    )
    assert new > 0
    assert closed > 0
    assert value == {"new": new, "closed": closed, "net_change": new - closed, "open_now": is_open}


def test_every_day_of_the_week(city: Database, warehouse: Warehouse) -> None:
    shown = dicts(build(warehouse, "by-day"))
    new = dict(city.rows(WEEK + "SELECT created::date, count(*) FROM mine WHERE is_new GROUP BY 1"))
    closed = dict(city.rows(WEEK + "SELECT closed::date, count(*) FROM mine WHERE is_closed GROUP BY 1"))
    assert len(shown) == 7
    for row in shown:
        assert row["new_requests"] == new.get(row["day"], 0)
        assert row["closed_requests"] == closed.get(row["day"], 0)
        assert row["net_change"] == row["new_requests"] - row["closed_requests"]


def test_change_by_type(city: Database, warehouse: Warehouse) -> None:
    assert rows(build(warehouse, "change-by-type")) == city.rows(
        WEEK
        + """SELECT type, count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE is_closed),
                count(*) FILTER (WHERE is_new) - count(*) FILTER (WHERE is_closed)
            FROM mine WHERE is_new OR is_closed GROUP BY 1 ORDER BY 2 DESC, 1"""
    )


def test_new_ones_by_type(city: Database, warehouse: Warehouse) -> None:
    counted = city.value(WEEK + "SELECT count(*) FROM mine WHERE is_new")
    assert total(build(warehouse, "by-type")) == counted


def test_every_request_is_listed_with_how_it_counts(city: Database, warehouse: Warehouse) -> None:
    shown = build(warehouse, "requests")
    counted = city.rows(
        WEEK
        + """SELECT type, to_char(created, 'YYYY-MM-DD HH24:MI'), to_char(closed, 'YYYY-MM-DD HH24:MI'),
                CASE WHEN is_new AND is_closed THEN 'new and closed' WHEN is_new THEN 'new' ELSE 'closed' END,
                located
            FROM mine WHERE is_new OR is_closed"""
    )
    names = ("type", "created", "closed", "counted_as", "on_map")
    listed = [[row[name] for name in names] for row in dicts(shown)]
    assert sorted(map(str, listed)) == sorted(map(str, counted))
    assert column(shown, "created") == sorted(column(shown, "created"), reverse=True)
    value = figures(build(warehouse, "numbers"))
    assert sum("new" in kind for kind in column(shown, "counted_as")) == value["new"]
    assert sum("closed" in kind for kind in column(shown, "counted_as")) == value["closed"]


def test_types_narrow_everything_down(city: Database, warehouse: Warehouse) -> None:
    new = city.value(WEEK + "SELECT count(*) FROM mine WHERE is_new AND type = 'Bulky Items'")
    assert figures(build(warehouse, "numbers", "type=4"))["new"] == new
    assert set(column(build(warehouse, "requests", "type=4"), "type")) == {"Bulky Items"}


def test_the_list_names_its_number_of_requests(city: Database, warehouse: Warehouse) -> None:
    both = city.value(WEEK + "SELECT count(*) FROM mine WHERE is_new OR is_closed")
    assert build(warehouse, "requests").summary == f"{both} requests created or closed in this period."


def test_a_long_period_is_not_listed_in_part(warehouse: Warehouse) -> None:
    shown = build(warehouse, "requests", "from=2024-01-01")
    assert shown.is_empty
    assert "31 days" in shown.why_empty
