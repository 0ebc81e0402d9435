"""The kinds of request of both eras in one numbered list: first the twelve old types, then the new ones."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from portal.city.facts import Choices, Floats, Integers, facts

NEW_KIND = {"sources": "app", "closing": "street", "never_closed": 0.05, "was": "Other"}


@dataclass(frozen=True)
class Kinds:
    """Position k of every member belongs to kind k; ``is_new`` marks those of the cases schema."""

    legacy_names: tuple[str, ...]
    case_names: tuple[str, ...]
    weights: Floats
    is_new: Integers
    never_closed: Floats
    closing_days: Floats
    sources: Choices
    source_names: tuple[str, ...]
    legacy_owners: Choices
    legacy_owner_names: tuple[str, ...]
    case_departments: Integers


@cache
def kinds() -> Kinds:
    """The declared kinds."""
    declared = facts()
    old, new = declared["legacy"]["types"], declared["cases"]["types"]
    merged = [{**spec, "was": name} for name, spec in old.items()]
    merged += [_inherited(name, spec, old) for name, spec in new.items()]
    sources = _source_names(declared)
    owners = tuple(dict.fromkeys(owner for spec in old.values() for owner in spec["owners"]))
    departments = declared["cases"]["departments"]
    days = declared["closing"]["days_to_close"]
    return Kinds(
        legacy_names=tuple(spec["was"] for spec in merged),
        case_names=tuple(spec.get("name", spec["was"]) for spec in merged),
        weights=np.array([spec["weight"] for spec in merged], dtype=np.float64),
        is_new=np.array([0] * len(old) + [1] * len(new)),
        never_closed=np.array([spec["never_closed"] for spec in merged]),
        closing_days=np.array([days[spec["closing"]] for spec in merged], dtype=np.float64),
        sources=Choices([_source_weights(declared, spec["sources"], sources) for spec in merged]),
        source_names=sources,
        legacy_owners=Choices([[spec["owners"].get(owner, 0.0) for owner in owners] for spec in merged]),
        legacy_owner_names=owners,
        case_departments=np.array([departments.index(spec.get("owner", departments[0])) for spec in merged]),
    )


def _inherited(name: str, spec: dict[str, Any], old: dict[str, Any]) -> dict[str, Any]:
    parent = old.get(spec.get("was", ""), NEW_KIND)
    owners = old[spec.get("was", "Other")]["owners"]
    return {**NEW_KIND, **parent, "owners": owners, **spec, "name": name}


def _source_names(declared: dict[str, Any]) -> tuple[str, ...]:
    mixes = declared["origins"]["sources"]
    usual = [name for mix in mixes.values() if isinstance(mix, dict) for name in mix]
    return tuple(dict.fromkeys([*usual, *mixes["seldom"]]))


def _source_weights(declared: dict[str, Any], mix: str, names: tuple[str, ...]) -> list[float]:
    mixes = declared["origins"]["sources"]
    each_seldom = mixes["seldom_share"] / len(mixes["seldom"])
    return [
        mixes[mix].get(name, 0.0) * (1 - mixes["seldom_share"])
        + (each_seldom if name in mixes["seldom"] else 0.0)
        for name in names
    ]
