"""The history of a request: what each run changed, or the dates that the city published."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import pandas as pd

from data import one_request, reference
from data.filters import AGENCY, COUNCIL, SOURCE, TYPE
from data.warehouse import Warehouse
from report_kit import text

KINDS = {
    "created": "Appeared in the data",
    "returned": "Appeared again",
    "gone": "Withdrawn by the city",
    "reopened": "Reopened",
    "closed": "Closed",
    "retyped": "Type changed",
    "moved": "Moved",
    "reassigned": "Reassigned to another agency",
    "updated": "Updated",
}
NAMED = {"type_id": TYPE, "agency_id": AGENCY, "source_id": SOURCE, "council_id": COUNCIL}
HIDDEN = {"region_id", "is_open", "is_information", "is_duplicate", "srnumber", "city_id"}
BY_RULES = "counted differently because of new rules; the published values are the same"


class Step(NamedTuple):
    """An entry of the history: its time, a description, and the changed fields before and after."""

    when: str
    what: str
    details: list[str]


def steps(source: Warehouse, row: Mapping[str, Any]) -> list[Step]:
    """The changes in the order in which they were found; without recorded changes, the published dates."""
    changes = one_request.history(source, int(row["_id"]))
    recorded = [_step(source, change) for change in changes.itertuples()]
    return recorded or _dates(row)


def _dates(row: Mapping[str, Any]) -> list[Step]:
    known = [
        (row[name], what)
        for name, what in (
            ("created", "Created"),
            ("updated", "Last change by the city"),
            ("closed", "Closed"),
        )
        if row[name] is not None
    ]
    return [Step(_when(moment), what, []) for moment, what in sorted(known, key=lambda one: one[0])]


def _step(source: Warehouse, change: Any) -> Step:
    kinds = [change.kind, *(change.also if isinstance(change.also, list) else [])]
    what = "; ".join(KINDS.get(kind, kind) for kind in kinds)
    before, after = (value if isinstance(value, dict) else {} for value in (change.before, change.after))
    details = [
        f"{_title(source, name)}: {_value(source, name, before[name])} → {_value(source, name, after[name])}"
        for name in after
        if name in before and name not in HIDDEN
    ]
    return Step(_when(change.changed), what, details + ([BY_RULES] if change.cause == "rules" else []))


def _title(source: Warehouse, name: str) -> str:
    return source.facts().city.spoken(name.removesuffix("_id").replace("_", " ").capitalize())


def _value(source: Warehouse, name: str, value: Any) -> str:
    if value is None:
        return "none"
    if name in NAMED:
        names = {
            number: label
            for label, ids in reference.ids_by_name(source, NAMED[name]).items()
            for number in ids
        }
        return names.get(value, str(value))
    return _when(pd.Timestamp(value)) if name.endswith("_date") else str(value)


def _when(moment: Any) -> str:
    return f"{text.day(moment.date())}, {moment:%-I:%M %p}"
