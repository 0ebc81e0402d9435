"""Reads an area from a feature of the boundary dataset, through the properties that the city declares."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from string import capwords
from typing import Any

from pipeline.city import City
from pipeline.declaration import BoundaryDataset, NamePattern

WHOLE_CITY = 1
"""The group of all areas in a city that declares no groups."""


@dataclass(frozen=True)
class Facts:
    """The facts of an area; ``name`` is the published name, ``shown_name`` the name of a new area."""

    code: str
    name: str
    shown_name: str
    website: str
    region_id: int
    region_name: str
    is_approximate: bool


def read_facts(properties: Mapping[str, Any], city: City, dataset: BoundaryDataset) -> Facts:
    """The facts of a feature. Raises ValueError if it is incomplete."""
    code = _text(properties, dataset.code)
    if not code:
        raise ValueError("no code")
    name = _text(properties, dataset.name) or code
    region_id = _region(properties, dataset)
    declared = city.names.get("area", {}).get(code)
    return Facts(
        code=code,
        name=name,
        shown_name=declared or _shown(name, dataset),
        website=_text(properties, dataset.website),
        region_id=region_id,
        region_name=dataset.region_names.get(
            str(region_id), f"{city.words.get('region', 'Area')} {region_id}"
        ),
        is_approximate=str(properties.get("approximate", "")).lower() == "true",
    )


def properties_of(feature: object) -> Mapping[str, Any]:
    """The properties of a feature; empty if it has none, or is no feature at all."""
    properties = feature.get("properties") if isinstance(feature, Mapping) else None
    return properties if isinstance(properties, Mapping) else {}


def code_of(feature: object, dataset: BoundaryDataset) -> str:
    """The code of a feature whose facts cannot be read; empty if it has none."""
    return _text(properties_of(feature), dataset.code)


def name_of(feature: object, dataset: BoundaryDataset) -> str:
    """The name of a feature whose facts cannot be read."""
    properties = properties_of(feature)
    name = _text(properties, dataset.name) or _text(properties, dataset.code)
    return name or "an area without a name"


def _text(properties: Mapping[str, Any], names: Iterable[str]) -> str:
    """The first of these properties that is not empty, trimmed, as text that Postgres accepts."""
    values = (properties[name] for name in names if properties.get(name) is not None)
    return str(next(values, "")).encode(errors="replace").decode().replace("\x00", "").strip()


def _shown(name: str, dataset: BoundaryDataset) -> str:
    name = _renamed(name, dataset.name_patterns)
    return capwords(name) if dataset.has_capital_names else name


def _renamed(name: str, patterns: Iterable[NamePattern]) -> str:
    matches = ((re.search(pattern.match, name), pattern.name) for pattern in patterns)
    return next((match.expand(shown) for match, shown in matches if match), name)


def _region(properties: Mapping[str, Any], dataset: BoundaryDataset) -> int:
    if not dataset.region:
        return WHOLE_CITY
    match = re.search(dataset.region_pattern, _text(properties, dataset.region))
    if match is None:
        raise ValueError("no region")
    return int(match[1] or "")
