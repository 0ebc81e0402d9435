"""The controls that a report may have. Each is one word in the address, so that a view can be shared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, ClassVar

import dash_mantine_components as dmc
from dash.development.base_component import Component

from data import reference
from data.facts import Facts
from data.filters import AGENCY, COUNCIL, SOURCE, TYPE, Dimension
from data.source import Source


@dataclass(frozen=True)
class Period:
    """From and to; without them the last ``days`` days, or everything that is loaded when that is None."""

    days: int | None = None
    label: str = "Created"
    name: ClassVar[str] = "period"

    def default(self, facts: Facts) -> tuple[date, date]:
        """The period of an address without one; today alone while nothing is loaded."""
        last = facts.last_day or date.today()  # noqa: DTZ011 (shown on an empty system only)
        first = last - timedelta(days=self.days - 1) if self.days else facts.first_day or last
        return first, last

    def words(self, facts: Facts) -> list[str]:
        """The default as the control has it."""
        return [day.isoformat() for day in self.default(facts)]

    def component(self, report: str, value: Any, facts: Facts, _source: Source) -> Component:
        first, last = value
        return dmc.DatePickerInput(
            id={"report": report, "control": self.name},
            label=self.label,
            type="range",
            value=[first.isoformat(), last.isoformat()],
            minDate=facts.first_day.isoformat() if facts.first_day else None,
            maxDate=facts.last_day.isoformat() if facts.last_day else None,
            valueFormat="MMM D, YYYY",
            allowSingleDateInRange=True,
            firstDayOfWeek=0,
            presets=_presets(facts),
            persistence=False,
            w=270,
        )


def _presets(facts: Facts) -> list[dict[str, Any]]:
    if facts.last_day is None or facts.first_day is None:
        return []
    last, first = facts.last_day, facts.first_day
    spans = {"Last 7 days": 6, "Last 30 days": 29, "Last 90 days": 89, "Last 365 days": 364}
    ranges = {label: max(first, last - timedelta(days=days)) for label, days in spans.items()}
    ranges |= {"This year": max(first, last.replace(month=1, day=1)), "Everything": first}
    return [
        {"label": label, "value": [start.isoformat(), last.isoformat()]} for label, start in ranges.items()
    ]


@dataclass(frozen=True)
class Pick:
    """One or several of the types, councils, agencies or sources; none means all."""

    dimension: Dimension
    label: str
    is_single: bool = False
    default: tuple[int, ...] = ()
    at_most: int | None = None

    @property
    def name(self) -> str:
        """The word in the address."""
        return self.dimension.name

    def words(self, _facts: Facts) -> str:
        """The default as the address would have it."""
        return ",".join(map(str, self.default))

    def options(self, source: Source) -> list[dict[str, str]]:
        """Ids joined by commas, and names: two agencies of one name are one choice."""
        return [
            {"value": ",".join(str(number) for number in row["ids"]), "label": row["name"]}
            for row in reference.names(source, self.dimension)
        ]

    def component(self, report: str, value: Sequence[int], _facts: Facts, source: Source) -> Component:
        options = self.options(source)
        chosen = [
            option["value"]
            for option in options
            if {int(number) for number in option["value"].split(",")} & set(value)
        ]
        common = {
            "id": {"report": report, "control": self.name},
            "label": self.label,
            "data": options,
            "searchable": True,
            "nothingFoundMessage": "Nothing of that name",
            "w": 220,
        }
        if self.is_single:
            return dmc.Select(**common, value=chosen[0] if chosen else None, allowDeselect=False)
        hint = f"All {self.dimension.plural}" if not chosen else ""
        # None would be sent as null, and nothing is less than null.
        limit = {"maxValues": self.at_most} if self.at_most else {}
        return dmc.MultiSelect(
            **common, **limit, value=chosen, clearable=True, placeholder=hint, hidePickedOptions=True
        )


@dataclass(frozen=True)
class Choice:
    """One of a few ways to show the same data; the first is the default."""

    name: str
    label: str
    options: Mapping[str, str]

    @property
    def default(self) -> str:
        return next(iter(self.options))

    def words(self, _facts: Facts) -> str:
        """The default as the address would have it."""
        return self.default

    def component(self, report: str, value: str, _facts: Facts, _source: Source) -> Component:
        control = dmc.SegmentedControl(
            id={"report": report, "control": self.name},
            data=[{"value": key, "label": text} for key, text in self.options.items()],
            value=value,
            display="flex",
            w="fit-content",
        )
        return dmc.InputWrapper(control, label=self.label)


Control = Period | Pick | Choice


def types(label: str = "Request types", **more: Any) -> Pick:
    return Pick(TYPE, label, **more)


def councils(label: str = "Neighborhood councils", **more: Any) -> Pick:
    return Pick(COUNCIL, label, **more)


def agencies(label: str = "Agencies", **more: Any) -> Pick:
    return Pick(AGENCY, label, **more)


def sources(label: str = "Sources", **more: Any) -> Pick:
    return Pick(SOURCE, label, **more)
