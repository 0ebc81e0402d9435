"""The kinds of request of both eras in one numbered list: first the twelve old types, then the new ones."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from portal.city.facts import Choices, Floats, Integers, facts, names_of


@dataclass(frozen=True)
class Kinds:
    """Position k of every array belongs to kind k; ``is_new`` marks those of the cases schema.

    ``old`` and ``new`` are the kind's positions among the types of the two schemas; ``has_old`` is False for
    kinds that the old dataset never had.
    """

    old_names: list[str]
    new_names: list[str]
    old: Integers
    new: Integers
    is_new: Integers
    has_old: NDArray[np.bool_]
    weights: Floats
    never_closed: Floats
    closing_days: Floats
    sources: Choices
    source_names: list[str]
    owners: Choices
    owner_names: list[str]


@cache
def kinds() -> Kinds:
    """The declared kinds."""
    declared = facts()
    old, new = declared["legacy"]["types"], declared["cases"]["types"]
    old_names, new_names = list(old), list(new)
    parents = [spec.get("was", "") for spec in new.values()]
    successors = [parents.index(name) if name in parents else new_names.index("Item Pickups") for name in old]
    never = [spec["never_closed"] for spec in old.values()]
    never += [declared["cases"]["never_closed"][spec["closing"]] for spec in new.values()]
    days, mixes = declared["closing"]["days_to_close"], _sources(declared)
    sources = names_of(mixes.values())
    owners = names_of(spec["owners"] for spec in old.values())
    return Kinds(
        old_names,
        new_names,
        old=np.array([*range(len(old)), *(old_names.index(p or "Other") for p in parents)]),
        new=np.array([*successors, *range(len(new))]),
        is_new=np.array([0] * len(old) + [1] * len(new)),
        has_old=np.array([*([True] * len(old)), *map(bool, parents)]),
        weights=np.array([*(s["weight"] for s in old.values()), *(s["count"] for s in new.values())], float),
        never_closed=np.array(never),
        closing_days=np.array([days[spec["closing"]] for spec in [*old.values(), *new.values()]], float),
        sources=Choices.of([mixes[spec["sources"]] for spec in old.values()], sources),
        source_names=sources,
        owners=Choices.of([spec["owners"] for spec in old.values()], owners),
        owner_names=owners,
    )


def _sources(declared: dict[str, Any]) -> dict[str, dict[str, float]]:
    """The declared mixes of sources, each with the rare ones."""
    mixes = dict(declared["origins"]["sources"])
    rare, share = mixes.pop("rare"), mixes.pop("rare_share")
    return {name: dict.fromkeys(rare, share / len(rare)) | mix for name, mix in mixes.items()}
