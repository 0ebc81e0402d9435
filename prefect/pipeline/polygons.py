"""Published council polygons into councils, regions and geometries."""

from __future__ import annotations

import json
import logging
import re
from dataclasses import dataclass
from typing import Any

import psycopg

from pipeline.boundaries import Boundaries
from pipeline.city import City
from pipeline.database import Connection, fetch, fetch_one, run

log = logging.getLogger(__name__)
Feature = dict[str, Any]


@dataclass(frozen=True)
class Refreshed:
    """What the published polygons changed, and what was wrong with them.

    ``published`` and ``usable`` count features; ``had`` is how many polygons were stored before. ``digest`` is
    empty for a file that was not taken over, so that the next run looks at it again.
    """

    digest: str = ""
    has_changed: bool = False
    notices: tuple[str, ...] = ()
    published: int = 0
    usable: int = 0
    had: int = 0
    is_taken: bool = True


def refresh(connection: Connection, boundaries: Boundaries | None, city: City) -> Refreshed:
    """Take over what changed, inside the caller's transaction; a file that looks broken is left alone."""
    if boundaries is None:
        return Refreshed()
    known = fetch(connection, "boundaries/known_digest")
    if known and known[0]["digest"] == boundaries.digest:
        return Refreshed(boundaries.digest)
    for table in ("polygons", "boundaries"):
        run(connection, f"tables/{table}")
    problems = [_add(connection, feature, city) for feature in boundaries.features]
    run(connection, "boundaries/combine")
    difference = fetch_one(connection, "boundaries/compare")
    usable = sum(is_usable for is_usable, _ in problems)
    notices = [notice for _, notice in problems if notice]
    sizes = {"published": len(problems), "usable": usable, "had": difference["had"]}
    if not usable or len(difference["lost"]) > city.limits.lost_areas:
        lost = f"{len(difference['lost'])} of {difference['had']} councils"
        notices.append(f"the boundary dataset lost {lost}: it was not taken over")
        return Refreshed(notices=_few(notices), **sizes, is_taken=False)
    has_changed, changes = _take_over(connection, difference)
    return Refreshed(boundaries.digest, has_changed, _few([*notices, *changes]), **sizes)


def _few(notices: list[str], limit: int = 12) -> tuple[str, ...]:
    """A broken file has the same problem many times."""
    rest = len(notices) - limit
    return (*notices[:limit], f"and {rest} more notices about boundaries") if rest > 0 else tuple(notices)


def _add(connection: Connection, feature: Feature, city: City) -> tuple[bool, str]:
    """Whether the feature is usable, and what is to be said about it."""
    name = str(feature.get("properties", {}).get(city.boundaries.name, "a council without a name"))
    try:
        with connection.transaction():
            row = fetch_one(connection, "boundaries/add", _row(feature, city))
    except (psycopg.Error, KeyError, ValueError, TypeError) as error:
        return False, f"{name}: the polygon was rejected ({type(error).__name__})"
    if not row["has_area"]:
        return False, f"{name}: the polygon was rejected (it has no area)"
    if not row["is_inside"]:
        return False, f"{name}: the polygon was rejected (outside the city's bounds, or another projection)"
    return True, "" if row["was_valid"] else f"{name}: the polygon crosses itself and was repaired"


def _row(feature: Feature, city: City) -> dict[str, object]:
    """Raises KeyError or ValueError when the feature lacks what a council needs."""
    properties, declared = feature["properties"], city.boundaries
    region = re.search(declared.region_pattern, properties.get(declared.region) or "")
    if region is None:
        raise ValueError("no region")
    return {
        "nc_id": int(properties[declared.code]),
        "name": properties[declared.name],
        "website": properties.get(declared.website) or "",
        "region_id": int(region[1]),
        "is_approximate": str(properties.get("approximate", "")).lower() == "true",
        "geometry": json.dumps(feature["geometry"]),
        "sliver_square_meters": city.limits.sliver_square_meters,
    }


def _take_over(connection: Connection, difference: dict[str, Any]) -> tuple[bool, list[str]]:
    steps = ("add_regions", "add_councils", "move_councils", "delete_lost", "set_geometries")
    changes = {step: run(connection, f"boundaries/{step}") for step in steps}
    notices = [f"{name} is a new council" for name in difference["added"]]
    notices += [
        f"the council with code {code} has no polygon any more: it counts as retired"
        for code in difference["lost"]
    ]
    notices += difference["renamed"]
    if moved := changes["move_councils"]:
        notices.append(f"{moved} councils are in another region now")
    log.info("boundaries refreshed: %s", changes)
    return any(changes.values()), notices
