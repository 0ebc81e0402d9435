"""Every figure of the weekly report against a count over the rows as published."""

from __future__ import annotations

from support.databases import Database
from support.raw import RAW

from data.source import Source
from frame import type_cards
from frame.selection import Selection
from pages import neighborhood_weekly as page

WEEK = RAW.replace("raw AS", "every AS", 1).replace("FROM raw WHERE", "FROM every WHERE") + (
    """, mine AS (
        SELECT *, created >= today - 7 AND created < today AS is_new,
            coalesce(closed >= today - 7 AND closed < today, false) AS is_closed
        FROM every WHERE council = (SELECT council_name FROM councils WHERE council_id = 52)
    ) """
)


def select(source: Source, search: str = "") -> Selection:
    return Selection.of(page.REPORT.controls, f"council=52&{search}", source.facts())


def test_new_closed_and_net_change(city: Database, source: Source) -> None:
    value = dict(page.numbers(source, select(source)).table.rows)
    ((new, closed),) = city.rows(
        WEEK + "SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE is_closed) FROM mine"
    )
    assert new > 0
    assert closed > 0
    assert value == {"new": new, "closed": closed, "net_change": new - closed}


def test_every_day_of_the_week(city: Database, source: Source) -> None:
    shown = page.by_day(source, select(source)).table
    new = dict(city.rows(WEEK + "SELECT created::date, count(*) FROM mine WHERE is_new GROUP BY 1"))
    closed = dict(city.rows(WEEK + "SELECT closed::date, count(*) FROM mine WHERE is_closed GROUP BY 1"))
    assert len(shown) == 7
    for row in shown:
        assert row["new_requests"] == new.get(row["day"], 0)
        assert row["closed_requests"] == closed.get(row["day"], 0)
        assert row["net_change"] == row["new_requests"] - row["closed_requests"]


def test_change_by_type(city: Database, source: Source) -> None:
    shown = page.change_by_type(source, select(source)).table
    assert [list(row) for row in shown.shown().rows] == city.rows(
        WEEK
        + """SELECT type, count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE is_closed),
                count(*) FILTER (WHERE is_new) - count(*) FILTER (WHERE is_closed)
            FROM mine WHERE is_new OR is_closed GROUP BY 1 ORDER BY 2 DESC, 1"""
    )


def test_new_ones_by_type(city: Database, source: Source) -> None:
    shown = type_cards.slices(page.PAGE)(source, select(source)).table
    assert shown.total("requests") == city.value(WEEK + "SELECT count(*) FROM mine WHERE is_new")


def test_every_request_is_listed_with_what_it_counts_as(city: Database, source: Source) -> None:
    shown = page.requests(source, select(source)).table
    counted = city.rows(
        WEEK
        + """SELECT type, to_char(created, 'YYYY-MM-DD HH24:MI'), to_char(closed, 'YYYY-MM-DD HH24:MI'),
                CASE WHEN is_new AND is_closed THEN 'new and closed' WHEN is_new THEN 'new' ELSE 'closed' END
            FROM mine WHERE is_new OR is_closed"""
    )
    listed = [[row["type"], row["created"], row["closed"], row["counted_as"]] for row in shown]
    assert sorted(map(str, listed)) == sorted(map(str, counted))
    assert shown.column("created") == sorted(shown.column("created"), reverse=True)
    value = dict(page.numbers(source, select(source)).table.rows)
    assert sum("new" in kind for kind in shown.column("counted_as")) == value["new"]
    assert sum("closed" in kind for kind in shown.column("counted_as")) == value["closed"]


def test_types_narrow_everything_down(city: Database, source: Source) -> None:
    selection = select(source, "type=4")
    value = dict(page.numbers(source, selection).table.rows)
    new = city.value(WEEK + "SELECT count(*) FROM mine WHERE is_new AND type = 'Bulky Items'")
    assert value["new"] == new
    assert set(page.requests(source, selection).table.column("type")) == {"Bulky Items"}


def test_a_long_period_is_not_listed_in_part(source: Source) -> None:
    shown = page.requests(source, select(source, "from=2024-01-01"))
    assert shown.is_empty
    assert "31 days" in shown.why_empty
