from __future__ import annotations

from datetime import date

from data.filters import Filters

FIRST, LAST = date(2026, 1, 1), date(2026, 1, 31)


def test_values_are_bound_and_never_written_into_the_query() -> None:
    filters = Filters(FIRST, LAST, types=(4, 1), councils=(0,))
    assert filters.parameters() == {"first": FIRST, "last": LAST, "types": [4, 1], "councils": [0]}
    text = filters.where().as_string(None)
    assert text == (
        '"created_date" BETWEEN %(first)s AND %(last)s AND "type_id" = ANY(%(types)s) '
        'AND "council_id" = ANY(%(councils)s)'
    )


def test_a_group_stands_for_its_types() -> None:
    text = Filters(FIRST, LAST, groups=(2,), councils=(1,)).narrowed("type_id").as_string(None)
    assert text.startswith('"type_id" IN (SELECT "type_id" FROM (')
    assert text.endswith('WHERE "group_id" = ANY(%(groups)s))')


def test_no_filters_narrow_nothing() -> None:
    assert Filters(FIRST, LAST).narrowed().as_string(None) == "true"


def test_a_period_includes_both_of_its_days() -> None:
    assert Filters(FIRST, LAST).days == 31
    assert Filters(FIRST, FIRST).days == 1
