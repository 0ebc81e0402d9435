"""Faults of the data: the same rows under a changed layout, order, number or time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from portal import faults
from portal.faults import Fault
from portal.schemas import TEXT, Column, Schema
from portal.view import View

FUTURE_INSTANT = "3020-01-01T00:00:00.000Z"
FUTURE_TIME = "3020-01-01T00:00:00.000"


def distort(view: View, schema: Schema, struck: Iterable[Fault]) -> View:
    """The view after every data fault among ``struck``; other kinds leave it as it is."""
    for fault in struck:
        change = DISTORTIONS.get(fault.kind)
        if change is not None:
            view = change(view, schema, fault)
    return view


def _every(share: float, value: str, otherwise: str) -> str:
    return f"CASE WHEN rowid % {max(1, round(1 / share))} = 0 THEN {value} ELSE {otherwise} END"


def _renamed(view: View, _schema: Schema, fault: Fault) -> View:
    columns = tuple(Column(fault.to, c.type, c.sql) if c.name == fault.column else c for c in view.columns)
    return replace(view, columns=columns)


def _removed(view: View, _schema: Schema, fault: Fault) -> View:
    return replace(view, columns=tuple(c for c in view.columns if c.name != fault.column))


def _added(view: View, _schema: Schema, fault: Fault) -> View:
    return replace(view, columns=(*view.columns, Column(fault.column or "new_column", TEXT, "'new'")))


def _shrunk(view: View, _schema: Schema, fault: Fault) -> View:
    return replace(view, row_filter=f"rowid % 1000 >= {round(fault.share * 1000)}")


def _shuffled(view: View, _schema: Schema, _fault: Fault) -> View:
    return replace(view, natural_order="random()")


def _repeated(view: View, _schema: Schema, fault: Fault) -> View:
    return replace(view, repeated_share=fault.share)


def _miscounted(view: View, _schema: Schema, fault: Fault) -> View:
    return replace(view, count_error=fault.amount)


def _stamped(value: str) -> Callable[[View, Schema, Fault], View]:
    def change(view: View, _schema: Schema, fault: Fault) -> View:
        system = tuple(
            replace(c, derived=_every(fault.share, value, c.sql)) if c.name == ":updated_at" else c
            for c in view.system
        )
        return replace(view, system=system)

    return change


def _updated(value: str) -> Callable[[View, Schema, Fault], View]:
    def change(view: View, schema: Schema, fault: Fault) -> View:
        columns = tuple(
            replace(c, derived=_every(fault.share, value, c.sql)) if c.name == schema.updated else c
            for c in view.columns
        )
        return replace(view, columns=columns)

    return change


DISTORTIONS: dict[str, Callable[[View, Schema, Fault], View]] = {
    faults.RENAME: _renamed,
    faults.REMOVE: _removed,
    faults.ADD: _added,
    faults.SHRINK: _shrunk,
    faults.SHUFFLE: _shuffled,
    faults.REPEAT: _repeated,
    faults.COUNT_OFF: _miscounted,
    faults.NULL_STAMPS: _stamped("NULL"),
    faults.FUTURE_STAMPS: _stamped(f"'{FUTURE_INSTANT}'"),
    faults.NULL_UPDATES: _updated("NULL"),
    faults.FUTURE_UPDATES: _updated(f"'{FUTURE_TIME}'"),
}
