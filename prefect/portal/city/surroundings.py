"""Coordinates, council, district and police area of each request, with gaps."""

from __future__ import annotations

from functools import cache

import numpy as np

from portal.city.councils import load_councils
from portal.city.draw import Block
from portal.city.facts import facts
from portal.city.gaps import Gaps
from portal.city.texts import Texts, blanked, chosen, decimals

NO_DISTRICT = "0"
NO_DISTRICT_SHARE = 0.004


def surroundings(block: Block, gaps: Gaps, *, is_case: bool) -> dict[str, Texts]:
    """Text values of each request by their meaning; None where the portal has none."""
    declared, councils = facts()["places"], load_councils()
    retired = list(declared["retired_codes"].items())
    # Retired councils are extra entries after the active ones.
    is_retired = block.chance["retired"] < declared["retired_council"]
    council = np.where(is_retired, len(councils) + block.row % len(retired), block.council)
    codes = [*(str(c.nc_id) for c in councils), *(code for code, _ in retired)]
    names = [*(c.name for c in councils), *(name for _, name in retired)]
    members = declared["members_since_2025" if is_case else "members_until_2022"]
    precincts = [_number(c.police_precinct) if is_case else c.police_precinct for c in councils]
    districts = chosen([c.council_district for c in councils], block.council)
    if is_case:
        has_zero = block.chance["retired"] > 1 - NO_DISTRICT_SHARE
        districts = [NO_DISTRICT if zero else d for d, zero in zip(districts, has_zero.tolist(), strict=True)]
    return {
        "latitude": blanked(decimals(block.latitude, 8), gaps.coordinates),
        "longitude": blanked(decimals(block.longitude, 7), gaps.coordinates),
        "nc": blanked(chosen(codes, council), gaps.council),
        "nc_name": blanked(chosen(names, council), gaps.council_name),
        "district": blanked(districts, gaps.district),
        "member": blanked(chosen([members[c.council_district] for c in councils], block.council), gaps.area),
        "apc": blanked(chosen([c.apc for c in councils], block.council), gaps.area),
        "police": blanked(chosen(precincts, block.council), gaps.council if is_case else gaps.area),
    }


@cache
def _number(precinct: str) -> str:
    return str(facts()["places"]["police_areas"].index(precinct) + 1)
