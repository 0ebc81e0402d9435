"""A block of requests in the columns of the cases datasets."""

from __future__ import annotations

import numpy as np

from portal.city.addresses import addresses
from portal.city.case_mixes import CaseMixes, case_mixes
from portal.city.draw import NEVER, Block
from portal.city.facts import Integers, facts
from portal.city.gaps import case_gaps
from portal.city.kinds import kinds
from portal.city.legacy_rows import Table, anonymous, organizations
from portal.city.life import Life
from portal.city.surroundings import surroundings
from portal.city.texts import Texts, blanked, chosen, floating_days, floating_times, row_ids, seconds, stamps

CASES_SALT = 2
FIRST_NUMBER = 10_000_001
REASONS = [f"R{number:02}" for number in range(20)]
YARDS = ["NC", "SLA", "EV", "WV", "WLA", "HB"]


def cases_table(block: Block, life: Life) -> Table:
    """Every stored column of the cases schema, system columns first; one text or None per request."""
    gaps, missing, second = case_gaps(block), facts()["cases"]["missing"], seconds(block.row)
    place = surroundings(block, gaps, is_case=True)
    home = addresses(block, is_case=True)
    house = block.chance["house_known"]
    # Corners and missing addresses already lack both number and direction.
    known = (1 - missing["address"]) * (1 - facts()["places"]["intersections"])
    no_number, no_direction = (house < 1 - (1 - missing[n]) / known for n in ("house_number", "direction"))
    return {
        ":id": list(row_ids(block.row, CASES_SALT)),
        ":created_at": stamps(life.first_published, block.row),
        ":updated_at": stamps(life.published, block.row),
        "casenumber": [str(FIRST_NUMBER + row) for row in block.row.tolist()],
        "createddate": floating_times(block.created, second),
        "systemmodstamp": floating_times(life.updated, second),
        "closeddate": floating_times(life.closed, second),
        "service_date__c": floating_days(_known(block, life, 1 - missing["service_date"])),
        "date_service_was_rendered": floating_times(_known(block, life, 1 - missing["rendered_date"])),
        "type": chosen(kinds().new_names, kinds().new[block.kind]),
        **_handling(block, life),
        "locator_gis_returned_address": blanked(home["full"], gaps.address),
        "locator_sr_house_number_": blanked(home["number"], gaps.address | no_number),
        "locator_direction_suffix": blanked(home["direction"], gaps.address | no_direction),
        "locator_sr_street_name__c": blanked(home["street"], gaps.address),
        "locator_service_request_suffix": blanked(home["suffix"], gaps.address),
        "zipcode__c": blanked(home["zip_code"], gaps.zip_code),
        "geolocation__latitude__s": place["latitude"],
        "geolocation__longitude__s": place["longitude"],
        "locator_sr_neigborhood_council": place["nc"],
        "locator_sr_neigborhood_council_1": place["nc_name"],
        "locator_council_district": place["district"],
        "locator_sr_council_district": place["member"],
        "locator_sr_area_planning": place["apc"],
        "locator_sr_community_police": place["police"],
    }


def _known(block: Block, life: Life, share: float) -> Integers:
    return np.where(block.chance["resolution"] < share, life.closed, NEVER)


def _handling(block: Block, life: Life) -> Table:
    """Origin, owner and outcome of each case."""
    mixes, missing = case_mixes(), facts()["cases"]["missing"]
    kind = kinds().new[block.kind]
    origin = mixes.origins.pick(kind, block.chance["origin"])
    owners = chosen(mixes.owner_names, mixes.owners.pick(kind, block.chance["owner"]))
    origins = chosen(mixes.origin_names, origin)
    status = mixes.statuses.pick(np.where(life.is_open, 0, mixes.status_group[kind]), block.chance["status"])
    reason = (block.chance["bad_detail"] * len(REASONS)).astype(np.int64)
    yard = (block.council + (block.chance["assigned"] > 0.9)) % len(YARDS)
    return {
        "status": chosen(mixes.status_names, status),
        "origin": origins,
        "department_name__c": owners,
        "assigned_to__c": blanked(chosen(YARDS, yard), block.chance["assigned"] < missing["assigned"]),
        "created_by_user_organization": organizations(origins, owners),
        "action_taken__c": _actions(block, mixes, kind, origin),
        "reason_code__c": blanked(chosen(REASONS, reason), block.chance["spelling"] < missing["reason"]),
        "resolution_code__c": _outcomes(block, mixes, kind, status),
        "reported_anonymously__c": chosen(("false", "true"), anonymous(block)),
    }


def _actions(block: Block, mixes: CaseMixes, kind: Integers, origin: Integers) -> Texts:
    is_information = (kind == mixes.information).astype(np.int64)
    picked = mixes.actions.pick(is_information, block.chance["action"])
    actions = chosen([name or None for name in mixes.action_names], picked)
    return blanked(actions, (is_information == 0) & (mixes.has_agent[origin] == 0))


def _outcomes(block: Block, mixes: CaseMixes, kind: Integers, status: Integers) -> Texts:
    group = np.where((kind == mixes.information), 0, 1 + status)
    picked = mixes.outcomes.pick(group, block.chance["resolution"])
    return chosen([name or None for name in mixes.outcome_names], picked)
