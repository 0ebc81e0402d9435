from __future__ import annotations

import datetime as dt

import pytest

from lacity_data_api.legacy.bins import Bins


def bins(first: str, last: str) -> Bins:
    return Bins(dt.date.fromisoformat(first), dt.date.fromisoformat(last))


def test_short_ranges_have_a_bin_a_day() -> None:
    chosen = bins("2020-02-05", "2020-02-28")
    assert (chosen.width, chosen.count) == (1, 24)
    assert (chosen.edges[0], chosen.edges[-1]) == ("2020-02-05", "2020-02-29")


@pytest.mark.parametrize(("last", "width"), [("2020-01-25", 2), ("2020-12-31", 30)])
def test_longer_ranges_have_a_twelfth_in_whole_days(last: str, width: int) -> None:
    chosen = bins("2020-01-01", last)
    assert chosen.width == width
    assert len(chosen.edges) == chosen.count + 1


def test_last_bin_ends_with_the_range() -> None:
    assert bins("2020-01-01", "2020-01-25").edges[-2:] == ["2020-01-25", "2020-01-26"]


def test_the_whole_calendar_has_few_bins() -> None:
    chosen = bins("0001-01-01", "9999-12-31")
    assert chosen.count == 13
    assert (chosen.edges[0], chosen.edges[-1]) == ("0001-01-01", "9999-12-31")
