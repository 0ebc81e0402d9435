from __future__ import annotations

import datetime as dt

import pytest

from lacity_data_api.tiles.months import WholeMonths, whole_months

D = dt.date


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (None, None, WholeMonths(None, None)),
        (D(2020, 1, 1), None, WholeMonths(D(2020, 1, 1), None)),
        (D(2020, 1, 2), None, WholeMonths(D(2020, 2, 1), None)),
        (D(2020, 12, 31), None, WholeMonths(D(2021, 1, 1), None)),
        (None, D(2020, 1, 31), WholeMonths(None, D(2020, 2, 1))),
        (None, D(2020, 1, 30), WholeMonths(None, D(2020, 1, 1))),
        (D(2020, 1, 15), D(2020, 3, 15), WholeMonths(D(2020, 2, 1), D(2020, 3, 1))),
        (D(1, 1, 1), D(9999, 12, 31), WholeMonths(D(1, 1, 1), None)),
        (D(9999, 12, 5), None, WholeMonths(D.max, None)),
    ],
)
def test_whole_months(start: dt.date | None, end: dt.date | None, expected: WholeMonths) -> None:
    assert whole_months(start, end) == expected


@pytest.mark.parametrize(("start", "end"), [(D(2020, 1, 2), D(2020, 1, 31)), (D(2020, 1, 2), D(2020, 2, 28))])
def test_days_without_a_whole_month(start: dt.date, end: dt.date) -> None:
    assert whole_months(start, end).is_empty
