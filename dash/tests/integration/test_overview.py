"""Every figure of the overview against a count over the rows as published."""

from __future__ import annotations

from typing import Any

import pytest
from support.databases import Database
from support.raw import RAW

from data.source import Source
from frame import type_cards
from frame.selection import Selection
from pages import overview_combined as page

LAST_30 = "created >= today - 30"


def select(source: Source, search: str = "") -> Selection:
    return Selection.of(page.REPORT.controls, search, source.facts())


def rows(city: Database, question: str, **values: Any) -> list[list[Any]]:
    return city.rows(RAW + question, **values)


def last_30(source: Source) -> str:
    last = source.facts().last_day
    assert last is not None
    return f"from={last.fromordinal(last.toordinal() - 29)}&to={last}"


@pytest.mark.parametrize("name", ["type", "agency", "source", "council"])
def test_groups_are_counted_by_name(city: Database, source: Source, name: str) -> None:
    build = page.REPORT.card(f"by-{name}").build  # type: ignore[union-attr]
    shown = build(source, select(source)).table

    counted = rows(city, f"SELECT {name}, count(*) FROM past GROUP BY 1 ORDER BY 2 DESC, 1")
    named = {group: number for group, number in counted if group in shown.column(name)}
    assert sum(shown.column("requests")) == sum(number for _, number in counted)
    assert {row[name]: row["requests"] for row in shown if not row[name].startswith("Others (")} == named


def test_others_is_the_rest_and_only_when_there_is_one(city: Database, source: Source) -> None:
    shown = page.by_agency(source, select(source)).table
    counted = rows(city, "SELECT agency, count(*) FROM past GROUP BY 1 ORDER BY 2 DESC, 1")
    assert len(counted) > 5
    assert list(shown)[-1]["agency"] == f"Others ({len(counted) - 4})"
    assert list(shown)[-1]["requests"] == sum(number for _, number in counted[4:])

    few = page.by_agency(source, select(source, "agency=1,4")).table
    assert few.column("agency") == ["Office of Community Beautification", "Street Lighting Bureau"]


def test_two_agencies_of_one_name_are_one(city: Database, source: Source) -> None:
    shown = page.by_agency(source, select(source)).table
    (sanitation,) = [row for row in shown if row["agency"] == "Sanitation Bureau"]
    assert sanitation["_ids"] == [2, 3]
    assert [[sanitation["requests"]]] == rows(
        city, "SELECT count(*) FROM past WHERE agency = 'Sanitation Bureau'"
    )


def test_the_large_numbers(city: Database, source: Source) -> None:
    value = dict(page.numbers(source, select(source)).table.rows)
    counted = rows(
        city,
        """SELECT count(*), count(DISTINCT council) FILTER (WHERE council <> 'No council'),
            count(*) FILTER (WHERE council = 'No council'), count(DISTINCT type), count(DISTINCT source),
            count(DISTINCT agency) FROM past""",
    )
    names = ("requests", "councils", "requests_without_council", "types", "sources", "agencies")
    assert [[value[name] for name in names]] == counted
    assert [[value["open_now"]]] == rows(city, "SELECT count(*) FROM raw WHERE closed IS NULL")


def test_the_running_day_is_left_out(city: Database, source: Source) -> None:
    assert city.value(RAW + "SELECT count(*) FROM raw WHERE created >= today") > 0
    assert source.facts().last_day == city.value(RAW + "SELECT max(created)::date FROM past")


@pytest.mark.parametrize(("step", "days"), [("year", 2000), ("month", 200), ("day", 30)])
def test_requests_over_time(city: Database, source: Source, step: str, days: int) -> None:
    last = source.facts().last_day
    assert last is not None
    search = f"from={last.fromordinal(last.toordinal() - days + 1)}"
    shown = page.over_time(source, select(source, search)).table

    counted = rows(
        city,
        f"""SELECT date_trunc('{step}', created)::date, count(*) FROM past
            WHERE created >= today - %(days)s::int GROUP BY 1 ORDER BY 1""",
        days=days,
    )
    assert [list(row) for row in shown.rows if row[1]] == counted
    assert shown.columns == (step, "requests")


def test_weekdays_in_the_order_of_the_week(city: Database, source: Source) -> None:
    shown = page.by_weekday(source, select(source, last_30(source))).table
    counted = rows(
        city,
        f"""SELECT trim(to_char(created, 'Day')), count(*), count(DISTINCT created::date)
            FROM past WHERE {LAST_30} GROUP BY 1 ORDER BY min(extract(dow FROM created))""",
    )
    assert [list(row[:3]) for row in shown.rows] == counted
    assert shown.column("weekday")[0] == "Sunday"
    assert shown.column("requests_a_day") == pytest.approx(
        [number / days for _, number, days in counted], abs=0.051
    )


def test_days_to_close(city: Database, source: Source) -> None:
    shown = page.days_to_close(source, select(source, "council=52")).table
    counted = rows(
        city,
        """SELECT type, count(*), min(days),
            percentile_disc(0.25) WITHIN GROUP (ORDER BY days),
            percentile_disc(0.5) WITHIN GROUP (ORDER BY days),
            percentile_disc(0.75) WITHIN GROUP (ORDER BY days),
            percentile_disc(0.9) WITHIN GROUP (ORDER BY days),
            max(days)
            FROM raw JOIN councils ON council = council_name WHERE closed IS NOT NULL AND council_id = 52
            GROUP BY 1 ORDER BY 5 DESC, 6 DESC, 1""",
    )
    assert [list(row) for row in shown.shown().rows] == counted
    assert 0 in shown.column("min_days")


def test_filters_narrow_every_figure_down(city: Database, source: Source) -> None:
    selection = select(source, f"{last_30(source)}&type=4&council=52&agency=2,3&source=8")
    where = f"""WHERE {LAST_30} AND type = 'Bulky Items' AND source = 'Phone Call'
        AND agency = 'Sanitation Bureau'
        AND council = (SELECT council_name FROM councils WHERE council_id = 52)"""
    (counted,) = rows(city, f"SELECT count(*) FROM past {where}")
    assert counted[0] > 0
    for build in (
        type_cards.slices(page.PAGE),
        page.by_agency,
        page.by_source,
        page.by_weekday,
        page.by_council,
        page.over_time,
    ):
        assert build(source, selection).table.total("requests") == counted[0], build.__name__


def test_no_council_is_asked_for_and_shown_apart(city: Database, source: Source) -> None:
    everything = page.by_council(source, select(source)).table
    assert everything.column("council")[-1] == "No council"
    alone = page.by_council(source, select(source, "council=0")).table
    assert [list(row) for row in alone.shown().rows] == rows(
        city, "SELECT council, count(*) FROM past WHERE council = 'No council' GROUP BY 1"
    )
