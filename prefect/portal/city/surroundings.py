"""What follows from where a request is: coordinates, council, district, police; some of it missing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from portal.city.councils import load_councils
from portal.city.draw import Block
from portal.city.facts import facts
from portal.city.texts import Texts, blanked, chosen, decimals


@dataclass(frozen=True)
class Surroundings:
    """Published texts by request; None where the portal has none."""

    latitude: Texts
    longitude: Texts
    nc: Texts
    nc_name: Texts
    district: Texts
    member: Texts
    apc: Texts
    police: Texts


def surroundings(block: Block) -> Surroundings:
    """Of each request of the block."""
    declared, councils = facts()["places"], load_councils()
    place = block.chance["place"]
    is_nowhere = place < declared["no_coordinates"]
    edge = declared["no_coordinates"] + declared["no_council"]
    has_no_council = place < edge
    retired = list(declared["retired_codes"].items())
    # Retired councils are extra entries behind the living ones.
    codes = [str(c.nc_id) for c in councils] + [code for code, _ in retired]
    names = [c.name for c in councils] + [name for _, name in retired]
    is_retired = (place >= edge) & (place < edge + declared["retired_council"])
    council = np.where(is_retired, len(councils) + block.row % len(retired), block.council)
    members = declared["council_members"]
    return Surroundings(
        latitude=blanked(decimals(block.latitude, 8), is_nowhere),
        longitude=blanked(decimals(block.longitude, 7), is_nowhere),
        nc=blanked(chosen(codes, council), has_no_council),
        nc_name=blanked(chosen(names, council), has_no_council),
        district=blanked(chosen([c.council_district for c in councils], block.council), is_nowhere),
        member=blanked(chosen([members[c.council_district] for c in councils], block.council), is_nowhere),
        apc=blanked(chosen([c.apc for c in councils], block.council), is_nowhere),
        police=blanked(chosen([c.police_precinct for c in councils], block.council), is_nowhere),
    )
