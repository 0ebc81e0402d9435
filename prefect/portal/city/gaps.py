"""Missing values, with the same frequency as in the published data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from portal.city.case_mixes import case_mixes
from portal.city.draw import MINUTES_A_DAY, Block
from portal.city.facts import facts
from portal.city.kinds import kinds
from portal.datasets import FIRST_DAY

Flags = NDArray[np.bool_]
CREW_SOURCE, CREW_TYPE = "Driver Self Report", "Graffiti Removal"


@dataclass(frozen=True)
class Gaps:
    """True where the value is missing; ``area`` stands for all values that depend on a planning area."""

    coordinates: Flags
    address: Flags
    zip_code: Flags
    council: Flags
    council_name: Flags
    district: Flags
    area: Flags


def legacy_gaps(block: Block) -> Gaps:
    """Few gaps, but in one month work crews published addresses and councils without coordinates."""
    missing = facts()["legacy"]["missing"]
    place = block.chance["place"]
    is_nowhere = place < missing["place"]
    has_no_council = place < missing["place"] + missing["council"]
    coordinates = is_nowhere | _of_crews(block, missing["crew_month"])
    return Gaps(coordinates, is_nowhere, is_nowhere, has_no_council, has_no_council, is_nowhere, is_nowhere)


def _of_crews(block: Block, month: date) -> Flags:
    known = kinds()
    first = (month - FIRST_DAY).days
    day = block.created // MINUTES_A_DAY
    is_crew = block.source == known.source_names.index(CREW_SOURCE)
    is_graffiti = known.old[block.kind] == known.old_names.index(CREW_TYPE)
    return np.asarray((day >= first) & (day < first + 31) & is_crew & is_graffiti, dtype=np.bool_)


def case_gaps(block: Block) -> Gaps:
    """If the location is missing, so is everything derived from it; other gaps are independent."""
    missing = facts()["cases"]["missing"]
    share, of_information = missing["place"], missing["place_in_information"]
    types = list(facts()["cases"]["types"].values())
    total = sum(spec["count"] for spec in types)
    information = types[case_mixes().information]["count"] / total
    is_information = kinds().new[block.kind] == case_mixes().information
    limit = np.where(
        is_information, share * of_information / information, share * (1 - of_information) / (1 - information)
    )
    is_nowhere = block.chance["place"] < limit

    def gap(name: str) -> Flags:
        own = (missing[name] - share) / (1 - share)
        return np.asarray(is_nowhere | (block.chance["gap"] < own), dtype=np.bool_)

    has_no_zip = is_nowhere & (block.chance["gap"] < missing["zip_code"] / share)
    return Gaps(
        np.asarray(is_nowhere, dtype=np.bool_),
        gap("address"),
        np.asarray(has_no_zip, dtype=np.bool_),
        gap("council"),
        gap("council_name"),
        gap("district"),
        gap("area"),
    )
