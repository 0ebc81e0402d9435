from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from data.facts import Facts
from data.filters import AGENCY, TYPE
from frame import controls
from frame.selection import Selection, link

FACTS = Facts(3, datetime(2026, 3, 2, tzinfo=UTC), None, date(2015, 1, 1), date(2026, 3, 1), 36)
CONTROLS = (
    controls.Period(days=30),
    controls.types(),
    controls.agencies(),
    controls.councils(is_single=True, default=(7,), at_most=1),
    controls.Choice("average", "Average", {"1": "1 day", "7": "7 days"}),
)


def select(search: str) -> Selection:
    return Selection.of(CONTROLS, search, FACTS)


def test_an_address_without_words_means_the_defaults() -> None:
    selection = select("")
    assert (selection.first, selection.last) == (date(2026, 1, 31), date(2026, 3, 1))
    assert selection.days == 30
    assert selection.filters.types == ()
    assert selection.filters.councils == (7,)
    assert selection.choices == {"average": "1"}
    assert selection.ignored == ()


def test_every_word_is_read() -> None:
    selection = select("?from=2020-01-01&to=2020-12-31&type=4,1,4&agency=2,3&council=0&average=7")
    assert (selection.first, selection.last) == (date(2020, 1, 1), date(2020, 12, 31))
    assert selection.filters.types == (4, 1)
    assert selection.filters.agencies == (2, 3)
    assert selection.filters.councils == (0,)
    assert selection.is_all_without_council
    assert selection.choices == {"average": "7"}


def test_days_in_the_wrong_order_are_put_right() -> None:
    selection = select("from=2020-12-31&to=2020-01-01")
    assert (selection.first, selection.last) == (date(2020, 1, 1), date(2020, 12, 31))


@pytest.mark.parametrize(
    ("search", "ignored"),
    [
        ("from=2020-13-01", "from=2020-13-01"),
        ("from=0001-01-01", "from=0001-01-01"),
        ("to=9999-12-31", "to=9999-12-31"),
        ("type=4,x", "type=4,x"),
        ("type=-1", "type=-1"),
        ("type=99999999999", "type=99999999999"),
        ("type=" + "٣", "type=٣"),
        ("average=3", "average=3"),
        ("council=1' OR 1=1", "council=1' OR 1=1"),
    ],
)
def test_what_means_nothing_is_left_out_and_named(search: str, ignored: str) -> None:
    selection = select(search)
    assert selection.ignored == (ignored,)
    assert selection.filters.types == ((4,) if "4" in search else ())
    assert selection.choices == {"average": "1"}


def test_days_just_beyond_what_is_loaded_may_be_chosen() -> None:
    selection = select("from=1990-01-01&to=2027-03-02")
    assert (selection.first, selection.last) == (date(1990, 1, 1), date(2027, 3, 2))
    assert select("to=2027-03-03").ignored == ("to=2027-03-03",)


def test_more_than_a_control_allows_is_left_out_and_named() -> None:
    selection = select("council=3,4")
    assert selection.filters.councils == (3,)
    assert selection.ignored == ("council=3,4",)


def test_a_period_of_everything_begins_with_the_first_day() -> None:
    everything = Selection.of((controls.Period(),), "", FACTS)
    assert (everything.first, everything.last) == (date(2015, 1, 1), date(2026, 3, 1))


def test_links_keep_the_rest_of_the_selection() -> None:
    selection = select("?from=2020-01-01&type=4&agency=2,3")
    assert selection.with_ids(TYPE, [1]) == "?from=2020-01-01&type=1&agency=2,3"
    assert selection.with_ids(AGENCY, [4, 5]) == "?from=2020-01-01&type=4&agency=4,5"


def test_links_to_other_reports() -> None:
    assert link("/recent") == "/recent"
    assert (
        link("/recent", from_="2020-01-01", type=(4, 1), council=0)
        == "/recent?from=2020-01-01&type=4,1&council=0"
    )
