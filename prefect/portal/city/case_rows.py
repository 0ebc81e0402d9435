"""A block of requests in the columns of the cases datasets."""

from __future__ import annotations

from functools import cache

import numpy as np

from portal.city.addresses import addresses
from portal.city.draw import NEVER, Block
from portal.city.facts import Integers, facts
from portal.city.kinds import kinds
from portal.city.legacy_rows import Table, action, anonymous, organizations, statuses
from portal.city.life import Life
from portal.city.surroundings import surroundings
from portal.city.texts import Texts, blanked, chosen, floating_days, floating_times, row_ids, stamps

CASES_SALT = 2
FIRST_NUMBER = 10_000_001
SERVICE_KNOWN = 0.02
RENDERED_KNOWN = 0.005
REASON_KNOWN = 0.09


def cases_table(block: Block, life: Life) -> Table:
    """Every stored column of the cases schema, system columns first; one text or None per request."""
    place, home = surroundings(block), addresses(block)
    return {
        ":id": list(row_ids(block.row, CASES_SALT)),
        ":created_at": stamps(life.first_published, block.row),
        ":updated_at": stamps(life.published, block.row),
        "casenumber": [str(FIRST_NUMBER + row) for row in block.row.tolist()],
        "createddate": floating_times(block.created),
        "systemmodstamp": floating_times(life.updated),
        "closeddate": floating_times(life.closed),
        "service_date__c": floating_days(_known(block, life, SERVICE_KNOWN)),
        "date_service_was_rendered": floating_times(_known(block, life, RENDERED_KNOWN)),
        "type": chosen(kinds().case_names, block.kind),
        "status": statuses("cases", block, life),
        "action_taken__c": action(block),
        **_codes(block, life),
        **_origin(block),
        "locator_gis_returned_address": home.full,
        "locator_sr_house_number_": home.number,
        "locator_direction_suffix": home.direction,
        "locator_sr_street_name__c": home.street,
        "locator_service_request_suffix": home.suffix,
        "zipcode__c": home.zip_code,
        "geolocation__latitude__s": place.latitude,
        "geolocation__longitude__s": place.longitude,
        "locator_sr_neigborhood_council": place.nc,
        "locator_sr_neigborhood_council_1": place.nc_name,
        "locator_council_district": place.district,
        "locator_sr_council_district": place.member,
        "locator_sr_area_planning": place.apc,
        "locator_sr_community_police": place.police,
    }


def _known(block: Block, life: Life, share: float) -> Integers:
    return np.where(block.chance["resolution"] < share, life.closed, NEVER)


def _codes(block: Block, life: Life) -> Table:
    count = facts()["cases"]["resolutions"]
    # Few codes carry most cases.
    code = (block.chance["resolution"] ** 3 * count).astype(np.int64)
    reason = [f"R{number:02}" for number in range(20)]
    position = (block.chance["bad_detail"] * len(reason)).astype(np.int64)
    return {
        "resolution_code__c": blanked(
            chosen([f"RC{number:03}" for number in range(count)], code), life.is_open
        ),
        "reason_code__c": blanked(chosen(reason, position), block.chance["spelling"] >= REASON_KNOWN),
    }


def _origin(block: Block) -> Table:
    departments, units = _owners()
    department = kinds().case_departments[block.kind]
    share = facts()["cases"]["unit_share"]
    is_handed_on = block.chance["owner"] < share
    unit = (block.chance["owner"] / share * len(facts()["cases"]["units"])).astype(np.int64)
    owner = np.where(
        is_handed_on, len(departments) + department * len(facts()["cases"]["units"]) + unit, department
    )
    owners = chosen(departments + units, owner)
    sources = _sources(block)
    flags = ("false", "true")
    return {
        "department_name__c": owners,
        "origin": sources,
        "created_by_user_organization": organizations(sources, owners),
        "assigned_to__c": blanked(owners, block.chance["assigned"] > 0.95),
        "reported_anonymously__c": chosen(flags, anonymous(block)),
    }


@cache
def _owners() -> tuple[list[str], list[str]]:
    declared = facts()["cases"]
    departments = list(declared["departments"])
    return departments, [f"{name} - {unit}" for name in departments for unit in declared["units"]]


def _sources(block: Block) -> Texts:
    """The same sources; one of them is spelled in two ways."""
    declared = facts()["cases"]
    names = kinds().source_names
    second = declared["second_spelling"]
    is_second = block.chance["spelling"] < declared["second_spelling_share"]
    position = block.source + len(names) * is_second.astype(np.int64)
    return chosen([*names, *(second.get(name, name) for name in names)], position)
