"""Filters for changes: each condition matches the state of the request before or after the change.

Clients that follow a council therefore also receive the changes by which requests leave it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from lacity_data_api.city.facts import Bounds
from lacity_data_api.statements import Filter, Where


class Kind(StrEnum):
    """The kinds of changes, in order of importance if several apply at once."""

    CREATED = "created"
    RETURNED = "returned"
    GONE = "gone"
    REOPENED = "reopened"
    CLOSED = "closed"
    RETYPED = "retyped"
    MOVED = "moved"
    REASSIGNED = "reassigned"
    UPDATED = "updated"


@dataclass(frozen=True)
class ChangeFilter(Filter):
    """Fields are named like their parameters; None means no condition."""

    council_id: list[int] | None = None
    type_id: list[int] | None = None
    group_id: list[int] | None = None
    kind: list[Kind] | None = None
    district: list[int] | None = None
    bbox: Bounds | None = None


# A single id is compared with =: only then does Postgres 15 read an index in the order of the change numbers.
ONE = "{column} = CAST(:{name} AS bigint)"
SEVERAL = "{column} = ANY (CAST(:{name} AS bigint[]))"
GROUP = "{column} IN (SELECT type_id FROM request_types WHERE group_id = ANY (CAST(:{name} AS bigint[])))"
COLUMNS = {"council_id": "council_id", "type_id": "type_id", "group_id": "type_id", "district": "city_id"}
IN_BOUNDS = """(longitude BETWEEN :west AND :east AND latitude BETWEEN :south AND :north
        OR coalesce(longitude_before, longitude) BETWEEN :west AND :east
       AND coalesce(latitude_before, latitude) BETWEEN :south AND :north)"""
OF_KIND = "(kind = ANY (CAST(:kind AS text[])) OR also && CAST(:kind AS text[]))"
# Columns with indexes on the values after and before; if both are filtered, the index on the first is used.
INDEXED = ("council_id", "type_id")


def branches(wanted: ChangeFilter, shared: Where) -> tuple[list[str], dict[str, Any]]:
    """Mutually exclusive conditions that together select the changes of this filter, and their values.

    ``shared`` is part of every condition.
    """
    given = wanted.conditions
    leading = next((name for name in INDEXED if name in given), None)
    others = [_after_or_before(name, given[name]) for name in COLUMNS if name in given and name != leading]
    if wanted.kind is not None:
        others.append(Where(OF_KIND, {"kind": [*map(str, wanted.kind)]}))
    if wanted.bbox is not None:
        others.append(Where(IN_BOUNDS, wanted.bbox._asdict()))
    rest = Where.all_of([shared, *others])
    if leading is None:
        return [rest.sql], dict(rest.values)
    after, before = _sides(leading, given[leading])
    values = {**rest.values, **after.values}
    return [f"{after.sql} AND {rest.sql}", f"{before.sql} AND NOT {after.sql} AND {rest.sql}"], values


def _sides(name: str, value: list[int]) -> tuple[Where, Where]:
    """The conditions on the value after the change, and on the value before it."""
    form, bound = (ONE, value[0]) if len(value) == 1 else (SEVERAL, value)
    if name == "group_id":
        form, bound = GROUP, value
    values, column = {name: bound}, COLUMNS[name]
    return (
        Where(form.format(column=column, name=name), values),
        Where(form.format(column=f"{column}_before", name=name), values),
    )


def _after_or_before(name: str, value: list[int]) -> Where:
    after, before = _sides(name, value)
    return Where(f"({after.sql} OR {before.sql})", after.values)
