from __future__ import annotations

from datetime import date

import pytest
from pandas import DataFrame
from support.facts import FactsOnly

from data import population, reference
from data.filters import Filters
from data.frames import records

COUNCILS = DataFrame(
    {
        "council_id": [1, 2, 3],
        "council": ["Arleta", "Noho", "Watts"],
        "people": [1_000, None, None],
        "requests": [10, 90, 5],
    }
)
REGIONS = DataFrame({"council_id": [1, 2, 3], "region": ["North", "North", "South"]})


def test_requests_of_a_council_without_a_population_are_no_part_of_the_rate(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Ten times the rate was once shown: all requests of the region, for the people of one council."""
    monkeypatch.setattr(population, "by_council", lambda *_: COUNCILS)
    monkeypatch.setattr(reference, "regions", lambda _: REGIONS)
    year = Filters(date(2025, 1, 1), date(2025, 12, 31))
    north, south = records(population.by_region(FactsOnly(), year))
    assert north == {"region": "North", "people": 1_000, "requests": 100, "per_10000": 100}
    assert south == {"region": "South", "people": None, "requests": 5, "per_10000": None}
