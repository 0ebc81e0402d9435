"""A block of requests in the columns of the legacy datasets."""

from __future__ import annotations

from functools import cache

import numpy as np

from portal.city.addresses import addresses
from portal.city.draw import NEVER, Block
from portal.city.facts import Choice, Integers, facts
from portal.city.kinds import kinds
from portal.city.life import Life
from portal.city.surroundings import surroundings
from portal.city.texts import Texts, blanked, chosen, floating_days, floating_times, row_ids, stamps

Table = dict[str, Texts]
LEGACY_SALT = 1
FIRST_NUMBER = 1_000_000_001
PHONES = ("iOS", "Android")
IOS_SHARE = 0.72
SERVICE_KNOWN = 0.93


def legacy_table(block: Block, life: Life) -> Table:
    """Every stored column of the legacy schema, system columns first; one text or None per request."""
    place, home = surroundings(block), addresses(block)
    return {
        ":id": list(row_ids(block.row, LEGACY_SALT)),
        ":created_at": stamps(life.first_published, block.row),
        ":updated_at": stamps(life.published, block.row),
        "srnumber": [f"1-{FIRST_NUMBER + 10 * row}" for row in block.row.tolist()],
        "createddate": floating_times(block.created),
        "updateddate": floating_times(life.updated),
        "closeddate": floating_times(life.closed),
        "servicedate": floating_days(_service(block, life)),
        "status": statuses("legacy", block, life),
        "requesttype": chosen(kinds().legacy_names, block.kind),
        "actiontaken": action(block),
        **_origin(block),
        "address": home.full,
        "housenumber": home.number,
        "direction": home.direction,
        "streetname": home.street,
        "suffix": home.suffix,
        "zipcode": home.zip_code,
        "latitude": place.latitude,
        "longitude": place.longitude,
        "apc": place.apc,
        "cd": place.district,
        "cdmember": place.member,
        "nc": place.nc,
        "ncname": place.nc_name,
        "policeprecinct": place.police,
    }


def _origin(block: Block) -> Table:
    owner = kinds().legacy_owners.pick(block.kind, block.chance["owner"])
    owners = chosen(kinds().legacy_owner_names, owner)
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
def _status_choice(schema: str, state: str) -> Choice:
    return Choice.of(facts()[schema]["statuses"][state])


def statuses(schema: str, block: Block, life: Life) -> Texts:
    """A status that agrees with the closed date, as often as it does in the published data."""
    uniform = block.chance["status"]
    when_open, when_closed = _status_choice(schema, "open"), _status_choice(schema, "closed")
    position = np.where(
        life.is_open, when_open.pick(uniform), len(when_open.values) + when_closed.pick(uniform)
    )
    return chosen(when_open.values + when_closed.values, position)


def action(block: Block) -> Texts:
    names = ("SR Created", "SR Updated", "Information Provided")
    position = np.searchsorted([0.997, 0.999], block.chance["resolution"], side="right")
    return chosen(names, position.astype(np.int64))


def anonymous(block: Block) -> Integers:
    """1 where the caller gave no name."""
    shares = facts()["origins"]["anonymous"]
    by_source = np.array([shares.get(name, 0.12) for name in kinds().source_names])
    return (block.chance["anonymous"] < by_source[block.source]).astype(np.int64)


def organizations(sources: Texts, owners: Texts) -> Texts:
    """Who typed the request in: callers themselves, the owner's staff, or the call centre."""
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
    """The yard, crew or district; some owners name none."""
    teams = {"BOS": YARDS, "LASAN": YARDS, "OCB": CREWS, "BSL": LIGHT_DISTRICTS}
    names = kinds().legacy_owner_names
    pools = [teams.get(name, (None,)) for name in names]
    table = [pool[at % len(pool)] for pool in pools for at in range(TEAM_CYCLE)]
    # A council's requests go to one team, now and then to another.
    usual = block.council + (block.chance["assigned"] > 0.9).astype(np.int64)
    return chosen(table, owner * TEAM_CYCLE + usual % TEAM_CYCLE)
