from __future__ import annotations

from datetime import date

import pytest

from pipeline.city import load_city
from pipeline.late import following, months

CITY = load_city()


@pytest.mark.parametrize(
    ("day", "first_of_next"),
    [
        (date(2026, 1, 31), date(2026, 2, 1)),
        (date(2026, 11, 1), date(2026, 12, 1)),
        (date(2026, 12, 31), date(2027, 1, 1)),
    ],
)
def test_a_month_is_followed_by_the_next_one(day: date, first_of_next: date) -> None:
    assert following(day) == first_of_next


def test_the_months_of_a_dataset_reach_one_month_beyond_its_days() -> None:
    found = list(months(CITY.datasets[0], date(2026, 11, 24)))
    assert (found[0], found[-1], len(found)) == (date(2014, 12, 1), date(2016, 1, 1), 14)


def test_an_open_ended_dataset_has_months_up_to_the_next_one() -> None:
    found = list(months(CITY.newest, date(2026, 2, 3)))
    assert found == [date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)]
