"""Merges the city's areas into councils, regions and geometries."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

import psycopg

from pipeline.boundaries import Area, Boundaries
from pipeline.city import City
from pipeline.database import Connection, fetch, fetch_one, run

log = logging.getLogger(__name__)
STEPS = ("add_regions", "add_councils", "move_councils", "delete_lost", "set_geometries")
MAX_NOTICES = 12
"""Limits the notices, because a broken file has the same problem many times."""


@dataclass(frozen=True)
class BoundaryRefresh:
    """The changes made by the published areas, and their problems.

    ``problem`` says why they were not merged. ``digest`` is empty in that case, and if an area could not be
    read, so that the next run examines them again. ``stored_before`` is the number of polygons stored before.
    """

    digest: str = ""
    has_changed: bool = False
    problem: str = ""
    notices: tuple[str, ...] = ()
    stored_before: int = 0


def refresh(connection: Connection, boundaries: Boundaries | None, city: City) -> BoundaryRefresh:
    """Merge the changes inside the caller's transaction; a file that looks broken is ignored."""
    if boundaries is None:
        return BoundaryRefresh()
    known = fetch(connection, "boundaries/known_digest")
    if known and known[0]["digest"] == boundaries.digest:
        return BoundaryRefresh(boundaries.digest)
    run(connection, "tables/boundaries")
    unreadable, repaired = _add_all(connection, boundaries)
    notices = (*boundaries.notices, *repaired)
    difference = _compare(connection, unreadable)
    if problem := boundaries.problem or _problem(difference, city):
        return BoundaryRefresh(
            problem=problem, notices=_first(notices), stored_before=difference["stored_before"]
        )
    has_changed, changes = _take_over(connection, difference)
    digest = "" if unreadable else boundaries.digest
    return BoundaryRefresh(digest, has_changed, "", _first((*notices, *changes)), difference["stored_before"])


def _compare(connection: Connection, unreadable: set[str]) -> dict[str, Any]:
    """The differences from the stored areas. An area that is published but cannot be read is not lost."""
    difference = fetch_one(connection, "boundaries/compare")
    absent = [code for code in difference["unusable"] if code not in unreadable]
    # A feature without a code may be any of the absent areas.
    lost = [] if "" in unreadable else absent
    return {**difference, "lost": lost, "unreadable": sorted(unreadable)}


def _problem(difference: dict[str, Any], city: City) -> str:
    if not difference["usable"]:
        return "no polygon of the boundary dataset can be read"
    if len(difference["unusable"]) > city.limits.lost_areas:
        return (
            f"{len(difference['unusable'])} of {difference['stored_before']} stored areas are missing "
            "from the boundary dataset or cannot be read"
        )
    return ""


def _first(notices: tuple[str, ...]) -> tuple[str, ...]:
    rest = len(notices) - MAX_NOTICES
    more = (f"and {rest} more notices about boundaries",) if rest > 0 else ()
    return (*notices[:MAX_NOTICES], *more)


def _add_all(connection: Connection, boundaries: Boundaries) -> tuple[set[str], list[str]]:
    """Fill the table ``boundaries``; returns the codes of all areas that cannot be read, and notices."""
    unreadable, notices = set(boundaries.unreadable), []
    for area in boundaries.areas:
        is_usable, notice = _add(connection, area)
        if not is_usable:
            unreadable.add(area.facts.code)
        if notice:
            notices.append(notice)
    return unreadable, notices


def _add(connection: Connection, area: Area) -> tuple[bool, str]:
    """Insert the area into the table ``boundaries``; returns whether it is usable, and a notice."""
    try:
        with connection.transaction():
            values = {**vars(area.facts), "geometry": area.geometry, "is_dissolved": area.is_dissolved}
            row = fetch_one(connection, "boundaries/add", values)
    except psycopg.Error as error:
        return False, f"{area.facts.name}: the polygon was rejected ({type(error).__name__})"
    if not row["has_area"]:
        return False, f"{area.facts.name}: the polygon was rejected (it has no area)"
    return True, "" if row["was_valid"] else f"{area.facts.name}: the polygon was invalid and was repaired"


def _take_over(connection: Connection, difference: dict[str, Any]) -> tuple[bool, tuple[str, ...]]:
    changes = {step: run(connection, f"boundaries/{step}", difference) for step in STEPS}
    # On the first load all areas are new.
    notices = [f"{name} is a new area" for name in difference["added"] if difference["stored_before"]]
    notices += [
        f"the area with code {code} no longer has a polygon: it counts as retired"
        for code in difference["lost"]
    ]
    notices += [
        f"the area with code {code} keeps its stored polygon"
        for code in difference["unusable"]
        if code not in difference["lost"]
    ]
    notices += difference["renamed"]
    if moved := changes["move_councils"]:
        areas = "1 area is" if moved == 1 else f"{moved} areas are"
        notices.append(f"{areas} now in a different region")
    log.info("boundaries refreshed: %s", changes)
    return any(changes.values()), tuple(notices)
