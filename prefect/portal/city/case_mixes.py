"""Owners, origins, statuses, actions and outcomes of cases, by type."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from portal.city.facts import Choices, Floats, Integers, facts, fitted, names_of

ELSEWHERE = 1e-4
"""Affinity of a type to an owner that usually does not handle it."""
INFORMATION = "Information-Only"


@dataclass(frozen=True)
class CaseMixes:
    """Random choices by type or group; ``*_names`` translate a chosen position into its value."""

    owners: Choices
    owner_names: list[str]
    origins: Choices
    origin_names: list[str]
    statuses: Choices
    status_names: list[str]
    status_group: Integers
    actions: Choices
    action_names: list[str]
    has_agent: Integers
    outcomes: Choices
    outcome_names: list[str]
    information: int


@cache
def case_mixes() -> CaseMixes:
    """The declared mixes; the totals of owners and origins over all types match the documented ones."""
    declared = facts()["cases"]
    types = list(declared["types"].values())
    counts = np.array([spec["count"] for spec in types], dtype=np.float64)
    information = list(declared["types"]).index(INFORMATION)
    teams = owners_by_team()
    owner_names = names_of(teams.values())
    origin_names, statuses = list(declared["origins"]), declared["statuses"]
    groups = ["open", *(name for name in statuses if name != "open")]
    status_names = names_of(statuses.values())
    actions = [declared["actions"]["agent"], declared["actions"]["information"]]
    outcomes = [_with_rare(declared, name) for name in ("at_once", *status_names)]
    agents = declared["actions"]["agent_origins"]
    return CaseMixes(
        owners=Choices(fitted(_owner_affinity(types, teams), counts, _totals(teams, owner_names))),
        owner_names=owner_names,
        origins=Choices(_origins(counts, information, declared["origins"])),
        origin_names=origin_names,
        statuses=Choices.of([statuses[name] for name in groups], status_names),
        status_names=status_names,
        status_group=np.array([groups.index(s["closing"]) if s["closing"] in groups else 1 for s in types]),
        actions=Choices.of(actions, names_of(actions)),
        action_names=names_of(actions),
        has_agent=np.array([name in agents for name in origin_names], dtype=np.int64),
        outcomes=Choices.of(outcomes, names_of(outcomes)),
        outcome_names=names_of(outcomes),
        information=information,
    )


def owners_by_team() -> dict[str, dict[str, float]]:
    """The declared owners, and those composed of a department and a unit, with their counts."""
    declared = facts()["cases"]
    teams = {name: dict(owners) for name, owners in declared["owners"].items()}
    for department, team in declared["units"]["departments"].items():
        for unit in declared["units"]["names"]:
            teams[team][f"{department} - {unit}"] = declared["units"]["count"]
    return teams


def _owner_affinity(types: list[dict[str, Any]], teams: dict[str, dict[str, float]]) -> Floats:
    return np.array(
        [
            [1.0 if team in spec["teams"] else ELSEWHERE for team, owners in teams.items() for _ in owners]
            for spec in types
        ]
    )


def _totals(teams: dict[str, dict[str, float]], names: list[str]) -> Floats:
    totals = {name: count for owners in teams.values() for name, count in owners.items()}
    return np.array([totals[name] for name in names], dtype=np.float64)


def _origins(counts: Floats, information: int, declared: dict[str, float]) -> Floats:
    """Information calls come by telephone; other requests come through every channel."""
    affinity = np.ones((len(counts), len(declared)))
    affinity[information] = [1.0 if name == "Call" else 0.01 for name in declared]
    return fitted(affinity, counts, np.array(list(declared.values()), dtype=np.float64))


def _with_rare(declared: dict[str, Any], status: str) -> dict[str, float]:
    """The outcomes of a status; closed cases also have many rare ones, open ones have none."""
    outcomes: dict[str, float] = dict(declared["resolutions"].get(status) or {"": 1})
    if status == "Closed":
        rare = declared["rare_resolutions"]
        codes = [f"{prefix}-{text}" for prefix in rare["prefixes"] for text in rare["outcomes"]]
        outcomes |= dict.fromkeys(codes, rare["count"])
    return outcomes
