from __future__ import annotations

from datetime import date

import pytest
from psycopg.sql import Identifier

from data.filters import Filters

FIRST, LAST = date(2026, 1, 1), date(2026, 1, 31)


@pytest.mark.parametrize(
    ("chosen", "columns", "table"),
    [
        ({}, (), "rollup_day_type"),
        ({}, ("agency_id",), "rollup_day_agency"),
        ({"councils": (1,)}, (), "rollup_day_council"),
        ({"types": (1,)}, ("council_id",), "rollup_day_type_council"),
        ({"agencies": (1,)}, ("council_id",), "rollup_daily"),
        ({"sources": (1,), "types": (2,)}, (), "rollup_day_type_source"),
        ({"types": (2,)}, ("agency_id",), "rollup_day_type_agency"),
        ({"sources": (1,), "councils": (2,)}, (), "rollup_daily"),
    ],
)
def test_the_narrowest_rollup_is_read(
    chosen: dict[str, tuple[int, ...]], columns: tuple[str, ...], table: str
) -> None:
    assert Filters(FIRST, LAST, **chosen).rollup(*columns) == Identifier(table)


def test_values_are_bound_and_never_written_into_the_query() -> None:
    filters = Filters(FIRST, LAST, types=(4, 1), councils=(0,))
    assert filters.parameters() == {"first": FIRST, "last": LAST, "types": [4, 1], "councils": [0]}
    text = filters.where().as_string(None)
    assert text == (
        'created_date BETWEEN %(first)s AND %(last)s AND "type_id" = ANY(%(types)s) '
        'AND "council_id" = ANY(%(councils)s)'
    )


def test_no_filters_narrow_nothing() -> None:
    assert Filters(FIRST, LAST).narrowed().as_string(None) == "true"
