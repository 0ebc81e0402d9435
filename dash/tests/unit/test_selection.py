from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from support.facts import FACTS, FactsOnly

from data.filters import COUNCIL
from pages import recent
from report_kit import controls
from report_kit.card import card_address
from report_kit.selection import Selection

CONTROLS = (
    controls.Period(days=30),
    controls.types(),
    controls.agencies(),
    controls.councils(is_single=True, default=(7,), at_most=1),
    controls.Choice("average", "Average", {"1": "1 day", "7": "7 days"}),
)


def select(search: str) -> Selection:
    return Selection.of(CONTROLS, search, FactsOnly())


def test_a_url_without_parameters_means_the_defaults() -> None:
    selection = select("")
    assert (selection.first, selection.last) == (date(2026, 1, 31), date(2026, 3, 1))
    assert selection.days == 30
    assert selection.filters.types == ()
    assert selection.filters.councils == (7,)
    assert selection.choices == {"average": "1"}
    assert selection.notes == ()


def test_every_parameter_is_read() -> None:
    selection = select("?from=2020-01-01&to=2020-12-31&type=4,1,4&agency=2,3&council=0&average=7")
    assert (selection.first, selection.last) == (date(2020, 1, 1), date(2020, 12, 31))
    assert selection.filters.types == (4, 1)
    assert selection.filters.agencies == (2, 3)
    assert selection.filters.councils == (0,)
    assert selection.choices == {"average": "7"}
    assert selection.notes == ()


SPELLINGS = ["type=4&type=1", "type=4,1", "type=4%2C1"]


@pytest.mark.parametrize("search", SPELLINGS)
def test_several_values_may_be_written_in_every_usual_way(search: str) -> None:
    """Of two parameters with the same name, the page once used neither and the file the last."""
    assert select(search).filters.types == (4, 1)


@pytest.mark.parametrize("search", SPELLINGS)
def test_links_to_a_view_and_to_one_of_its_figures_keep_every_value(search: str) -> None:
    """Of two parameters with the same name, both links once kept only the last."""
    selection = select(search)
    report, card = recent.REPORT, recent.REPORT.cards[0]
    alone = card_address(report, card, search).partition("?")[2]
    assert select(selection.fixed).filters == selection.filters
    assert select(alone).filters == selection.filters


def test_an_encoded_ampersand_is_part_of_the_value() -> None:
    selection = select("type=1%26council%3D5")
    assert selection.filters.councils == (7,)
    assert selection.notes == ("Ignored URL parameter: type=1&council=5.",)


def test_days_in_the_wrong_order_are_swapped() -> None:
    selection = select("from=2020-12-31&to=2020-01-01")
    assert (selection.first, selection.last) == (date(2020, 1, 1), date(2020, 12, 31))


@pytest.mark.parametrize(
    ("search", "ignored"),
    [
        ("from=2020-13-01", "from=2020-13-01"),
        ("to=tomorrow", "to=tomorrow"),
        ("type=-1", "type=-1"),
        ("type=99999999999", "type=99999999999"),
        ("type=" + "٣", "type=٣"),
        ("type=" + "9" * 5_000, "type=" + "9" * 75),
        ("average=3", "average=3"),
        ("council=1' OR 1=1", "council=1' OR 1=1"),
    ],
)
def test_unusable_values_are_left_out_and_noted(search: str, ignored: str) -> None:
    selection = select(search)
    assert selection.notes == (f"Ignored URL parameter: {ignored}.",)
    assert selection.filters.types == ()
    assert selection.choices == {"average": "1"}


@pytest.mark.parametrize(
    ("search", "note"),
    [
        ("councilName=Nowhere&x=1", "Ignored URL parameters: councilName=Nowhere, x=1."),
        ("source=8", "This report cannot be filtered by source."),
        ("information=include", "This report cannot be filtered by information calls."),
    ],
)
def test_parameters_that_the_report_does_not_have_are_noted(search: str, note: str) -> None:
    assert select(search).notes == (note,)


def test_a_period_that_the_report_does_not_have_is_one_note() -> None:
    selection = Selection.of(CONTROLS[1:], "from=2026-01-01&to=2026-01-31", FactsOnly())
    assert selection.notes == ("This report cannot be filtered by period.",)


BEFORE_ALL = (
    "The chosen days are before the first loaded one, Jan 1, 2015; Dec 31, 2014, without requests, is shown "
    "instead."
)


@pytest.mark.parametrize(
    ("search", "first", "last", "note"),
    [
        (
            "from=2026-02-20&to=2026-03-08",
            (2026, 2, 20),
            (2026, 3, 1),
            "The period ends with the last full day, Mar 1, 2026.",
        ),
        ("from=1990-01-01&to=2026-03-01", (2015, 1, 1), (2026, 3, 1), "The data starts on Jan 1, 2015."),
        (
            "from=2027-01-01",
            (2026, 1, 31),
            (2026, 3, 1),
            "Jan 1, 2027 is after the last full day, Mar 1, 2026; the usual period is shown instead.",
        ),
        (
            "from=1990-01-01&to=1990-02-01",
            (2014, 12, 31),
            (2014, 12, 31),
            BEFORE_ALL,
        ),
        ("to=0001-01-01", (2014, 12, 31), (2014, 12, 31), BEFORE_ALL),
        ("to=2020-01-30", (2020, 1, 1), (2020, 1, 30), None),
        ("from=2026-02-01", (2026, 2, 1), (2026, 3, 1), None),
    ],
)
def test_a_period_stays_within_the_loaded_full_days(
    search: str, first: tuple[int, int, int], last: tuple[int, int, int], note: str | None
) -> None:
    """Averages once included the current day and future days."""
    selection = select(search)
    assert (selection.first, selection.last) == (date(*first), date(*last))
    assert selection.notes == ((note,) if note else ())


def test_usable_values_are_used_and_only_the_others_are_noted() -> None:
    """The note once named the whole parameter, as if nothing of it had been used."""
    selection = select("type=4,x,1,-2")
    assert selection.filters.types == (4, 1)
    assert selection.notes == ("Ignored in URL parameter type: x,-2.",)


@pytest.mark.parametrize(
    ("search", "used", "note"),
    [
        ("council=3,4", {"councils": (3,)}, "Used only the first value of URL parameter council."),
        (
            "type=" + ",".join(map(str, range(1, 202))),
            {"types": tuple(range(1, 201))},
            "Used only the first 200 values of URL parameter type.",
        ),
    ],
)
def test_more_than_a_control_allows_is_left_out_and_noted(
    search: str, used: dict[str, tuple[int, ...]], note: str
) -> None:
    """More than 200 were once left out without a note."""
    selection = select(search)
    assert {name: getattr(selection.filters, name) for name in used} == used
    assert selection.notes == (note,)


def test_an_empty_choice_is_not_the_default() -> None:
    """A cleared control once showed nothing while the page showed the default."""
    assert select("council=").filters.councils == ()
    assert select("type=").filters.types == ()


@pytest.mark.parametrize(
    ("period", "first"),
    [
        (controls.Period(), date(2015, 1, 1)),
        (controls.Period(months=12), date(2025, 4, 1)),
        (controls.Period(months=1), date(2026, 3, 1)),
        (controls.Period(days=9999), date(2015, 1, 1)),
    ],
)
def test_default_periods_end_with_the_last_full_day(period: controls.Period, first: date) -> None:
    selection = Selection.of((period,), "", FactsOnly())
    assert (selection.first, selection.last) == (first, date(2026, 3, 1))


def test_presets_have_months_quarters_and_years_without_days_that_are_not_loaded() -> None:
    facts = replace(FACTS, first_day=date(2025, 6, 1))
    presets = {one["label"]: one["value"] for one in controls._presets(facts)}
    assert presets["Last month"] == ["2026-02-01", "2026-02-28"]
    assert presets["This quarter"] == ["2026-01-01", "2026-03-01"]
    assert presets["Last year"] == ["2025-06-01", "2025-12-31"]
    assert presets["Everything"] == ["2025-06-01", "2026-03-01"]


def test_links_to_other_reports_carry_the_period_and_every_filter() -> None:
    selection = select("?type=4&agency=2,3&council=52&average=7")
    assert selection.link("/recent", {COUNCIL: [52]}) == (
        "/recent?from=2026-01-31&to=2026-03-01&type=4&council=52&agency=2,3"
    )


def test_control_values_keep_the_order_of_the_url() -> None:
    options = [{"value": "1", "label": "b"}, {"value": "2,3", "label": "a"}, {"value": "5", "label": "c"}]
    assert controls.councils().shown((5, 3, 1, 2, 777), options) == ["5", "2,3", "1"]
