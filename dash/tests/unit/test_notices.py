"""The notices above every page, and where the city's own terms appear."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pandas import DataFrame
from support.facts import CITY, FACTS

from report_kit import layout
from report_kit.content import CardContent, Number


def loaded(hours: float) -> datetime:
    return datetime.now(UTC) - timedelta(hours=hours)


def test_fresh_data_need_no_notice() -> None:
    assert layout.notices(FACTS) == []


def test_an_outage_is_announced_and_retried() -> None:
    (notice,) = layout.notices(FACTS.marked_unavailable())
    assert "is not responding right now" in notice.children
    assert notice.to_plotly_json()["props"]["data-retry"] == "card"


def test_old_data_are_announced_and_not_retried() -> None:
    (notice,) = layout.notices(replace(FACTS, loaded_at=loaded(72)))
    assert notice.children.startswith("This data is 3 days old")
    assert "data-retry" not in notice.to_plotly_json()["props"]


@pytest.mark.parametrize(("hours", "is_stale"), [(35.9, False), (36.1, True)])
def test_the_limit_is_the_setting_itself(hours: float, is_stale: bool) -> None:
    facts = replace(FACTS, loaded_at=loaded(hours))
    assert facts.is_stale is is_stale
    assert bool(layout.notices(facts)) is is_stale
    assert facts.version.endswith("stale" if is_stale else "fresh")


def test_another_city_has_its_own_words() -> None:
    new_york = replace(
        CITY, name="New York", words={"area": "Community district", "areas": "Community districts"}
    )
    assert new_york.phrase("{areas}") == "Community districts"
    assert new_york.phrase("By {area}") == "By community district"
    assert new_york.phrase("{population}") == "Last census"
    assert new_york.spoken("A council, not a city council") == "A community district, not a city council"
    assert (
        new_york.phrase("All councils but one council")
        == "All community districts but one community district"
    )
    assert new_york.phrase("{neighborhood} weekly report, by {neighborhood}") == (
        "Community district weekly report, by community district"
    )
    assert new_york.spoken("All regions") == "All regions"
    chicago = replace(CITY, words={"area": "Community area", "areas": "Community areas", "district": "Ward"})
    assert chicago.spoken("Open by city council district") == "Open by ward"
    assert chicago.spoken("City council districts, city councils") == "Wards, city councils"
    assert new_york.spoken("City council districts") == "City council districts"
    councils = replace(CITY, words={"area": "Neighborhood council", "areas": "Neighborhood councils"})
    assert councils.phrase("One {area} of {city}") == "One neighborhood council of Los Angeles"
    assert councils.phrase("Outside all councils") == "Outside all councils"
    assert councils.phrase("{neighborhood} weekly report") == "Neighborhood weekly report"


@pytest.mark.parametrize(
    ("word", "spoken"),
    [
        ("Region", "By region. Regions"),
        ("Borough", "By borough. Boroughs"),
        ("County", "By county. Counties"),
        # A city whose areas are not grouped.
        ("City", "By region. Regions"),
    ],
)
def test_groups_of_areas_have_the_word_of_the_city(word: str, spoken: str) -> None:
    assert replace(CITY, words={"region": word}).spoken("By region. Regions") == spoken


def test_what_a_card_says_is_in_the_words_of_the_city() -> None:
    say = replace(CITY, words={"area": "Community area", "areas": "Community areas"}).spoken
    rows = DataFrame({"council": ["Loop"], "requests": [1]})
    content = CardContent(rows, "One council", numbers=[Number("Councils", "3", "of all councils")])
    spoken = content.spoken(say)
    assert spoken.summary == "One community area"
    assert spoken.numbers == [Number("Community areas", "3", "of all community areas")]
    assert list(spoken.frame) == ["community area", "requests"]
    assert spoken.frame.iloc[0, 0] == "Loop"
    assert list(content.frame) == ["council", "requests"]
