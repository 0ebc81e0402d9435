"""Council polygons, councils and regions, as the city's boundary dataset has them."""

from __future__ import annotations

import hashlib
import json
import logging
import re
from dataclasses import dataclass, field
from typing import Any

import psycopg

from pipeline.database import Connection, fetch, fetch_one, run
from pipeline.errors import SourceError
from pipeline.socrata import Portal

log = logging.getLogger(__name__)
REGION = re.compile(r"REGION\s+(\d+)\b", re.IGNORECASE)
LOST_LIMIT = 5
"""So many councils never vanish at once: the dataset is broken then."""


@dataclass(frozen=True)
class Boundaries:
    """A published feature collection; ``digest`` changes when anything in it does."""

    digest: str
    features: tuple[dict[str, Any], ...]


@dataclass
class Refreshed:
    """What the boundaries changed, and what to tell people about them."""

    digest: str = ""
    has_changed: bool = False
    notices: list[str] = field(default_factory=list)


def fetch_boundaries(portal: Portal, dataset_id: str) -> Boundaries:
    """The polygons as published. Raises SourceError when there are none."""
    collection = portal.boundaries(dataset_id)
    features = collection.get("features")
    if not features:
        raise SourceError(f"the boundary dataset {dataset_id} has no features")
    body = json.dumps(features, sort_keys=True).encode()
    return Boundaries(hashlib.sha256(body).hexdigest(), tuple(features))


def refresh(connection: Connection, boundaries: Boundaries | None) -> Refreshed:
    """Take over what changed, inside the caller's transaction; a dataset that looks broken is left alone."""
    if boundaries is None:
        return Refreshed()
    known = fetch(connection, "boundaries/known_digest")
    if known and known[0]["digest"] == boundaries.digest:
        return Refreshed(boundaries.digest)
    refreshed = Refreshed()
    run(connection, "boundaries/create")
    for feature in boundaries.features:
        _add(connection, feature, refreshed)
    difference = fetch_one(connection, "boundaries/compare")
    if len(difference["lost"]) > LOST_LIMIT:
        lost = f"{len(difference['lost'])} of {difference['had']} councils"
        refreshed.notices.append(f"the boundary dataset lost {lost}: it was not taken over")
        return refreshed
    refreshed.digest = boundaries.digest
    _take_over(connection, difference, refreshed)
    return refreshed


def _add(connection: Connection, feature: dict[str, Any], refreshed: Refreshed) -> None:
    name = str(feature.get("properties", {}).get("name", "a council without a name"))
    try:
        with connection.transaction():
            added = fetch(connection, "boundaries/add", _row(feature))
    except (psycopg.Error, KeyError, ValueError, TypeError) as error:
        refreshed.notices.append(f"{name}: the polygon was refused ({type(error).__name__})")
        return
    if not added:
        refreshed.notices.append(f"{name}: the polygon was refused (it has no area)")
    elif not added[0]["was_valid"]:
        refreshed.notices.append(f"{name}: the polygon crosses itself and was repaired")


def _row(feature: dict[str, Any]) -> dict[str, object]:
    """Raises KeyError or ValueError when the feature lacks what a council needs."""
    properties = feature["properties"]
    region = REGION.search(properties.get("service_re") or "")
    if region is None:
        raise ValueError("no region")
    return {
        "nc_id": int(properties["nc_id"]),
        "name": properties["name"],
        "website": properties.get("waddress") or "",
        "region_id": int(region[1]),
        "is_approximate": str(properties.get("approximate", "")).lower() == "true",
        "geometry": json.dumps(feature["geometry"]),
    }


def _take_over(connection: Connection, difference: dict[str, Any], refreshed: Refreshed) -> None:
    steps = ("add_regions", "add_councils", "move_councils", "delete_lost", "set_geometries")
    changes = {step: run(connection, f"boundaries/{step}") for step in steps}
    refreshed.has_changed = any(changes.values())
    for name in difference["added"]:
        refreshed.notices.append(f"{name} is a new council")
    for code in difference["lost"]:
        refreshed.notices.append(
            f"the council with code {code} has no polygon any more: it counts as retired"
        )
    if changes["move_councils"]:
        refreshed.notices.append(f"{changes['move_councils']} councils are in another region now")
    log.info("boundaries refreshed: %s", changes)
