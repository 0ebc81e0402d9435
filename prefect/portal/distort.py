"""Data faults: the same rows with a different layout, order, number or time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from portal import faults
from portal.faults import Fault
from portal.schemas import TEXT, Column, Schema
from portal.view import View

FUTURE_INSTANT = "3020-01-01T00:00:00.000Z"
FUTURE_TIME = "3020-01-01T00:00:00.000"


Change = Callable[[View, Schema, Fault], View]


def distort(view: View, schema: Schema, active: Iterable[Fault]) -> View:
    """The view with every active data fault applied; other kinds of fault do not change it."""
    for fault in active:
        change = DISTORTIONS.get(fault.kind)
        if change is not None:
            view = change(view, schema, fault)
    return view


def _renamed(view: View, _schema: Schema, fault: Fault) -> View:
    columns = tuple(Column(fault.to, c.type, c.sql) if c.name == fault.column else c for c in view.columns)
    return replace(view, columns=columns)


def _sometimes(columns: tuple[Column, ...], name: str, value: str, share: float) -> tuple[Column, ...]:
    """The columns, where the named one has this value in a share of the rows."""
    step = max(1, round(1 / share))
    return tuple(
        replace(c, derived=f"CASE WHEN rowid % {step} = 0 THEN {value} ELSE {c.sql} END")
        if c.name == name
        else c
        for c in columns
    )


def _stamped(value: str) -> Change:
    return lambda view, _schema, fault: replace(
        view, system=_sometimes(view.system, ":updated_at", value, fault.share)
    )


def _updated(value: str) -> Change:
    return lambda view, schema, fault: replace(
        view, columns=_sometimes(view.columns, schema.updated, value, fault.share)
    )


DISTORTIONS: dict[str, Change] = {
    faults.RENAME: _renamed,
    faults.REMOVE: lambda view, _, fault: replace(
        view, columns=tuple(c for c in view.columns if c.name != fault.column)
    ),
    faults.ADD: lambda view, _, fault: replace(
        view, columns=(*view.columns, Column(fault.column or "new_column", TEXT, "'new'"))
    ),
    faults.SHRINK: lambda view, _, fault: replace(
        view,
        # A coprime step, so that a small dataset also loses its share of rows.
        row_filter=f"rowid * 979 % 1000 >= {round(fault.share * 1000)}",
    ),
    faults.SHUFFLE: lambda view, _schema, _fault: replace(view, natural_order="random()"),
    faults.REPEAT: lambda view, _, fault: replace(view, repeated_share=fault.share),
    faults.COUNT_OFF: lambda view, _, fault: replace(view, count_error=fault.amount),
    faults.NULL_STAMPS: _stamped("NULL"),
    faults.ODD_STAMPS: _stamped("'soon'"),
    faults.FUTURE_STAMPS: _stamped(f"'{FUTURE_INSTANT}'"),
    faults.NULL_UPDATES: _updated("NULL"),
    faults.FUTURE_UPDATES: _updated(f"'{FUTURE_TIME}'"),
}
