"""Every figure of the overview against a count over the rows as published."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from support.cards import card, column, dicts, figures, listed, rows, total
from support.databases import Database
from support.raw import RAW

from data.filters import AGENCY, COUNCIL, TYPE
from data.reference import ids_by_name
from data.warehouse import Warehouse
from pages import overview_combined as page
from report_kit import text
from report_kit.content import CardContent
from report_kit.selection import Selection

LAST_30 = "created >= today - 30"
YEAR = "created >= date_trunc('month', today - 1) - interval '11 months'"
"""The default: the last twelve months, including the current month so far."""


def build(warehouse: Warehouse, name: str, search: str = "") -> CardContent:
    return card(warehouse, page.REPORT, name, search)


def raw(city: Database, query: str, **values: Any) -> list[list[Any]]:
    return city.rows(RAW + query, **values)


def last(warehouse: Warehouse, days: int) -> str:
    day = warehouse.facts().last_day
    assert day is not None
    return f"from={day.fromordinal(day.toordinal() - days + 1)}&to={day}"


@pytest.mark.parametrize("name", ["type", "agency", "source", "council"])
def test_groups_are_counted_by_name(city: Database, warehouse: Warehouse, name: str) -> None:
    counted = raw(city, f"SELECT {name}, count(*) FROM past WHERE {YEAR} GROUP BY 1 ORDER BY 2 DESC, 1")
    shown = rows(build(warehouse, f"by-{name}"))
    assert sorted(map(tuple, shown)) == sorted(map(tuple, counted))
    assert [number for _, number in shown if _ != "No council"] == sorted(
        (number for name, number in counted if name != "No council"), reverse=True
    )


@pytest.mark.parametrize(
    ("name", "named"),
    [
        ("group", "type_groups JOIN request_types USING (group_id) ON type_name = type"),
        ("region", "regions RIGHT JOIN councils USING (region_id) ON council_name = council"),
    ],
)
def test_groups_of_types_and_of_councils(city: Database, warehouse: Warehouse, name: str, named: str) -> None:
    relation, on = named.split(" ON ")
    counted = raw(
        city,
        f"""SELECT coalesce({name}_name, 'No council'), count(*)
            FROM past JOIN ({relation}) ON {on} WHERE {YEAR} GROUP BY 1""",
    )
    assert sorted(rows(build(warehouse, f"by-{name}"))) == sorted(counted)
    assert sum(number for _, number in counted) == city.value(RAW + f"SELECT count(*) FROM past WHERE {YEAR}")


def test_others_is_the_rest_in_the_figure_and_every_group_in_the_file(
    city: Database, warehouse: Warehouse
) -> None:
    four = page.bars_by(AGENCY, page.PAGE, top=4)
    shown = four(warehouse, Selection.of(page.REPORT.controls, "", warehouse))
    counted = raw(city, f"SELECT agency, count(*) FROM past WHERE {YEAR} GROUP BY 1 ORDER BY 2 DESC, 1")
    assert rows(shown) == counted
    assert shown.figure
    (bars,) = shown.figure["data"]
    assert bars["y"][-1] == f"Others ({len(counted) - 4})"
    assert bars["x"][-1] == sum(number for _, number in counted[4:])
    ids = ids_by_name(warehouse, AGENCY)
    rest = {one for name, _ in counted[4:] for one in ids[name]}
    listed = parse_qs(urlsplit(bars["customdata"][-1]).query)
    assert {int(one) for one in listed["agency"][0].split(",")} == rest


def test_two_agencies_of_one_name_are_one(city: Database, warehouse: Warehouse) -> None:
    shown = build(warehouse, "by-agency")
    counted = city.value(RAW + f"SELECT count(*) FROM past WHERE agency = 'Sanitation Bureau' AND {YEAR}")
    assert [row["requests"] for row in dicts(shown) if row["agency"] == "Sanitation Bureau"] == [counted]
    assert shown.links["Sanitation Bureau"].endswith("&agency=2,3")


def test_the_large_numbers(city: Database, warehouse: Warehouse) -> None:
    value = figures(build(warehouse, "numbers"))
    counted = raw(
        city,
        f"""SELECT count(*), count(DISTINCT council) FILTER (WHERE council <> 'No council'),
            count(*) FILTER (WHERE council = 'No council'), count(DISTINCT type), count(DISTINCT source),
            count(DISTINCT agency) FROM past WHERE {YEAR}""",
    )
    names = ("requests", "councils", "requests_without_council", "types", "sources", "agencies")
    assert [[value[name] for name in names]] == counted
    assert value["open_now"] == city.value(RAW + "SELECT count(*) FROM raw WHERE is_open") > 0


def test_a_large_number_links_to_the_requests_that_it_counts(warehouse: Warehouse) -> None:
    """The number of areas linked to the requests outside all of them."""
    linked = [number for number in build(warehouse, "numbers").numbers if number.href]
    assert [number.label for number in linked] == ["Requests", "Open now"]
    assert [text.number(listed(warehouse, number.href)) for number in linked] == [
        number.value for number in linked
    ]


@pytest.mark.parametrize(
    ("search", "where"),
    [
        ("agency=2,3", "agency = 'Sanitation Bureau'"),
        ("source=8", "source = 'Phone Call'"),
        ("type=4", "type = 'Bulky Items'"),
        (
            "group=1&council=52",
            "type IN ('Bulky Items', 'Electronic Waste', 'Metal/Appliances') AND council = 'Noho'",
        ),
    ],
)
def test_open_now_obeys_every_filter(city: Database, warehouse: Warehouse, search: str, where: str) -> None:
    """With an agency chosen, the backlog of all agencies was shown next to that agency's requests."""
    counted = city.value(RAW + f"SELECT count(*) FROM raw WHERE is_open AND {where}")
    assert figures(build(warehouse, "numbers", search))["open_now"] == counted


def test_what_was_cancelled_is_not_open(city: Database, warehouse: Warehouse) -> None:
    without_date = city.value(RAW + "SELECT count(*) FROM raw WHERE closed IS NULL")
    assert figures(build(warehouse, "numbers"))["open_now"] < without_date


@pytest.mark.parametrize("filters", ["agency=2,3", "source=8"])
def test_days_to_close_say_that_they_are_not_known_by_agency(warehouse: Warehouse, filters: str) -> None:
    shown = build(warehouse, "days-to-close", filters)
    assert shown.is_empty
    assert shown.why_empty == page.NOT_BY_AGENCY


def test_the_current_day_is_left_out(city: Database, warehouse: Warehouse) -> None:
    assert city.value(RAW + "SELECT count(*) FROM raw WHERE created >= today") > 0
    assert warehouse.facts().last_day == city.value(RAW + "SELECT max(created)::date FROM past")


@pytest.mark.parametrize(("step", "days"), [("year", 2000), ("month", 200), ("day", 30)])
def test_requests_over_time(city: Database, warehouse: Warehouse, step: str, days: int) -> None:
    shown = build(warehouse, "over-time", last(warehouse, days))
    counted = raw(
        city,
        f"""SELECT date_trunc('{step}', created)::date, count(*) FROM past
            WHERE created >= today - %(days)s::int GROUP BY 1 ORDER BY 1""",
        days=days,
    )
    assert [row[:2] for row in rows(shown) if row[1]] == counted
    assert list(shown.frame) == [step, "requests", "days"]


def test_partial_months_are_hatched_and_named(warehouse: Warehouse) -> None:
    shown = build(warehouse, "over-time", "from=2026-03-20&to=2026-08-15")
    assert column(shown, "days") == [12, 30, 31, 30, 31, 15]
    assert shown.figure
    (bars,) = shown.figure["data"]
    assert bars["marker"]["pattern"]["shape"] == ["/", "", "", "", "", "/"]
    assert bars["text"][0] == "March 2026 (partial)"
    assert "March 2026 and August 2026 are only partly in the period" in shown.summary


def test_a_partial_month_is_compared_with_the_same_days_of_last_year(
    city: Database, warehouse: Warehouse
) -> None:
    shown = build(warehouse, "over-time", "from=2026-03-01&to=2026-08-15")
    now, then = (
        city.value(
            RAW + f"SELECT count(*) FROM past WHERE created >= '{year}-08-01' AND created < '{year}-08-16'"
        )
        for year in (2026, 2025)
    )
    assert f"Aug 1, 2026 to Aug 15, 2026: {now}, " in shown.summary
    assert f"{then} in the same days of 2025" in shown.summary


def test_whole_months_are_not_hatched(warehouse: Warehouse) -> None:
    shown = build(warehouse, "over-time", "from=2026-03-01&to=2026-08-31")
    assert shown.figure
    assert set(shown.figure["data"][0]["marker"]["pattern"]["shape"]) == {""}
    assert "partly" not in shown.summary


def test_weekdays_in_the_order_of_the_week(city: Database, warehouse: Warehouse) -> None:
    shown = build(warehouse, "by-weekday", last(warehouse, 30))
    counted = raw(
        city,
        f"""SELECT trim(to_char(created, 'Day')), count(*), count(DISTINCT created::date)
            FROM past WHERE {LAST_30} GROUP BY 1 ORDER BY min(extract(dow FROM created))""",
    )
    assert [row[:3] for row in rows(shown)] == counted
    assert column(shown, "weekday")[0] == "Sunday"
    averages = [number / days for _, number, days in counted]
    assert column(shown, "requests_a_day") == pytest.approx(averages)


def test_the_weekday_of_a_single_request_is_the_busiest(city: Database, warehouse: Warehouse) -> None:
    """Averages were rounded to 0, so that every day was as busy as Sundays, which come first."""
    days = "created >= today - 365"
    once = "GROUP BY type, council HAVING count(*) = 1 AND extract(dow FROM min(created)) > 0"
    (kind, council, weekday), *_ = raw(
        city,
        f"SELECT type, council, trim(to_char(min(created), 'Day')) FROM past WHERE {days} {once} ORDER BY 1",
    )
    types, councils = ids_by_name(warehouse, TYPE), ids_by_name(warehouse, COUNCIL)
    shown = build(
        warehouse,
        "by-weekday",
        f"{last(warehouse, 365)}&type={types[kind][0]}&council={councils[council][0]}",
    )
    assert shown.summary == f"{weekday}s are busiest, averaging 0.019 requests."
    assert shown.figure
    assert max(shown.figure["data"][0]["y"]) == 0.019


@pytest.mark.parametrize("name", ["over-time", "by-weekday"])
def test_nothing_is_shown_instead_of_empty_axes(warehouse: Warehouse, name: str) -> None:
    shown = build(warehouse, name, "type=60")
    assert shown.is_empty
    assert list(shown.frame)[1] == "requests"


def test_a_period_without_requests_is_still_compared(city: Database, warehouse: Warehouse) -> None:
    """The line of the comparison is worth showing; the figure is left out only if both are 0."""
    days = ", days AS (SELECT DISTINCT created::date AS day, today FROM past WHERE type = 'Feedback')"
    gap = "SELECT max(day) + 1 FROM days WHERE day + 1 < today AND day + 1 NOT IN (SELECT day FROM days)"
    empty = city.value(RAW + days + gap)
    shown = build(warehouse, "over-time", f"type=12&from={empty}&to={empty}&compare=previous")
    assert column(shown, "requests") == [0]
    assert total(shown, "requests_before") > 0


def test_days_to_close_of_open_requests_only(city: Database, warehouse: Warehouse) -> None:
    """The reason was that no requests match, although one did."""
    (kind, council), *_ = raw(
        city, "SELECT type, council FROM raw GROUP BY 1, 2 HAVING bool_and(closed IS NULL) ORDER BY 1"
    )
    types, councils = ids_by_name(warehouse, TYPE), ids_by_name(warehouse, COUNCIL)
    shown = build(warehouse, "days-to-close", f"type={types[kind][0]}&council={councils[council][0]}")
    assert (shown.is_empty, shown.why_empty) == (True, page.NONE_CLOSED)


def test_days_to_close(city: Database, warehouse: Warehouse) -> None:
    shown = build(warehouse, "days-to-close", "council=52")
    counted = raw(
        city,
        """SELECT type, count(*), min(days),
            percentile_disc(0.25) WITHIN GROUP (ORDER BY days),
            percentile_disc(0.5) WITHIN GROUP (ORDER BY days),
            percentile_disc(0.75) WITHIN GROUP (ORDER BY days),
            percentile_disc(0.9) WITHIN GROUP (ORDER BY days),
            max(days), count(*) FILTER (WHERE days = 0), count(*) FILTER (WHERE days <= 7)
            FROM raw JOIN councils ON council = council_name WHERE closed IS NOT NULL AND council_id = 52
            GROUP BY 1 ORDER BY 5 DESC, 6 DESC, 1""",
    )
    assert rows(shown) == counted
    assert 0 in column(shown, "min_days")
    assert [listed(warehouse, link) for link in shown.lists] == column(shown, "closed_requests")


def test_filters_narrow_every_figure_down(city: Database, warehouse: Warehouse) -> None:
    search = f"{last(warehouse, 30)}&type=4&council=52&agency=2,3&source=8"
    where = f"""WHERE {LAST_30} AND type = 'Bulky Items' AND source = 'Phone Call'
        AND agency = 'Sanitation Bureau'
        AND council = (SELECT council_name FROM councils WHERE council_id = 52)"""
    counted = city.value(RAW + f"SELECT count(*) FROM past {where}")
    assert counted > 0
    for name in ("over-time", "by-group", "by-type", "by-agency", "by-source", "by-weekday", "by-council"):
        assert total(build(warehouse, name, search)) == counted, name


def test_no_council_is_asked_for_and_shown_apart(city: Database, warehouse: Warehouse) -> None:
    assert column(build(warehouse, "by-council"), "council")[-1] == "No council"
    alone = build(warehouse, "by-council", "council=0")
    assert rows(alone) == raw(
        city, f"SELECT council, count(*) FROM past WHERE council = 'No council' AND {YEAR} GROUP BY 1"
    )


def test_links_carry_the_whole_selection(warehouse: Warehouse) -> None:
    """From "bulky items" with chosen days, a bar once linked to all types and the last 30 days."""
    search = "from=2026-01-01&to=2026-03-31&type=4&agency=2,3&information=include"
    shown = build(warehouse, "by-council", search)
    assert shown.links["Noho"] == (
        "/nc-summary-comparison?from=2026-01-01&to=2026-03-31&type=4&agency=2,3&council=52&information=include"
    )
    place = column(shown, "council").index("Noho")
    assert shown.lists[place] == (
        "/requests-list?from=2026-01-01&to=2026-03-31&type=4&agency=2,3&council=52&information=include"
    )
