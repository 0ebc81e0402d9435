"""A block of requests in the columns of the legacy datasets."""

from __future__ import annotations

from functools import cache

import numpy as np

from portal.city.addresses import addresses
from portal.city.draw import NEVER, Block
from portal.city.facts import Choices, Integers, facts, names_of
from portal.city.gaps import legacy_gaps
from portal.city.kinds import kinds
from portal.city.life import Life
from portal.city.surroundings import surroundings
from portal.city.texts import Texts, blanked, chosen, floating_days, floating_times, row_ids, seconds, stamps

Table = dict[str, Texts]
LEGACY_SALT = 1
FIRST_NUMBER = 1_000_000_001
PHONES = ("iOS", "Android")
IOS_SHARE = 0.72
SERVICE_KNOWN = 0.93


def legacy_table(block: Block, life: Life) -> Table:
    """Every stored column of the legacy schema, system columns first; one text or None per request."""
    gaps, second = legacy_gaps(block), seconds(block.row)
    place, home = surroundings(block, gaps, is_case=False), addresses(block, is_case=False)
    return {
        ":id": list(row_ids(block.row, LEGACY_SALT)),
        ":created_at": stamps(life.first_published, block.row),
        ":updated_at": stamps(life.published, block.row),
        "srnumber": [f"1-{FIRST_NUMBER + 10 * row}" for row in block.row.tolist()],
        "createddate": floating_times(block.created, second),
        "updateddate": floating_times(life.updated, second),
        "closeddate": floating_times(life.closed, second),
        "servicedate": floating_days(_service(block, life)),
        "status": _statuses(block, life),
        "requesttype": chosen(kinds().old_names, kinds().old[block.kind]),
        "actiontaken": _action(block),
        **_origin(block),
        "address": blanked(home["full"], gaps.address),
        "housenumber": home["number"],
        "direction": home["direction"],
        "streetname": home["street"],
        "suffix": home["suffix"],
        "zipcode": blanked(home["zip_code"], gaps.zip_code),
        "latitude": place["latitude"],
        "longitude": place["longitude"],
        "apc": place["apc"],
        "cd": place["district"],
        "cdmember": place["member"],
        "nc": place["nc"],
        "ncname": place["nc_name"],
        "policeprecinct": place["police"],
    }


def _origin(block: Block) -> Table:
    owner = kinds().owners.pick(kinds().old[block.kind], block.chance["owner"])
    owners = chosen(kinds().owner_names, owner)
    sources = chosen(kinds().source_names, block.source)
    phone = (block.chance["mobile"] >= IOS_SHARE).astype(np.int64)
    is_app = np.array([source == "Mobile App" for source in sources], dtype=np.bool_)
    letters = ["Y" if flag else "N" for flag in anonymous(block).tolist()]
    return {
        "owner": owners,
        "requestsource": sources,
        "createdbyuserorganization": organizations(sources, owners),
        "mobileos": blanked(chosen(PHONES, phone), ~is_app),
        "anonymous": list(letters),
        "assignto": _assigned(block, owner),
    }


@cache
def _status_choices() -> tuple[Choices, list[str]]:
    groups = [facts()["legacy"]["statuses"][state] for state in ("closed", "open")]
    return Choices.of(groups, names_of(groups)), names_of(groups)


def _statuses(block: Block, life: Life) -> Texts:
    """A status that agrees with the closed date as often as in the published data."""
    choices, names = _status_choices()
    return chosen(names, choices.pick(life.is_open.astype(np.int64), block.chance["status"]))


def _action(block: Block) -> Texts:
    names = ("SR Created", "SR Updated", "Information Provided")
    position = np.searchsorted([0.997, 0.999], block.chance["resolution"], side="right")
    return chosen(names, position.astype(np.int64))


def anonymous(block: Block) -> Integers:
    """1 if the caller gave no name."""
    shares = facts()["origins"]["anonymous"]
    by_source = np.array([shares.get(name, 0.12) for name in kinds().source_names])
    return (block.chance["anonymous"] < by_source[block.source]).astype(np.int64)


def organizations(sources: Texts, owners: Texts) -> Texts:
    """The organization that entered the request: the caller, a council's office, or else the owner."""
    own = {
        "Mobile App": "Self Service",
        "Self Service": "Self Service",
        "Council's Office": "Council's Office",
    }
    return [own.get(str(source), owner) for source, owner in zip(sources, owners, strict=True)]


def _service(block: Block, life: Life) -> Integers:
    has_service = (block.chance["resolution"] < SERVICE_KNOWN) & ~life.is_open
    return np.where(has_service, life.closed, NEVER)


YARDS = ("NC", "SLA", "EV", "WV", "WLA", "HB")
CREWS = ("GAPBH", "SGB", "GAP", "PGS", "HBT", "NEGB", "WVA", "NDFY")
LIGHT_DISTRICTS = ("NORTH", "SOUTH", "CENTRAL", "EAST", "WEST")
TEAM_CYCLE = 120
"""A multiple of every team list's length."""


def _assigned(block: Block, owner: Integers) -> Texts:
    """The yard, crew or district; some owners do not name one."""
    teams = {"BOS": YARDS, "LASAN": YARDS, "OCB": CREWS, "BSL": LIGHT_DISTRICTS}
    names = kinds().owner_names
    pools = [teams.get(name, (None,)) for name in names]
    table = [pool[at % len(pool)] for pool in pools for at in range(TEAM_CYCLE)]
    # A council's requests usually go to one team, occasionally to another.
    usual = block.council + (block.chance["assigned"] > 0.9).astype(np.int64)
    return chosen(table, owner * TEAM_CYCLE + usual % TEAM_CYCLE)
