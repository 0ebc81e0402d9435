"""The controls that a report may have. Each is one parameter of the URL, so that a view can be shared."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any, ClassVar

import dash_mantine_components as dmc
from dash.development.base_component import Component

from data import reference
from data.counts import count
from data.facts import Facts
from data.filters import (
    AGENCY,
    COUNCIL,
    DISTRICT,
    GROUP,
    NO_COUNCIL,
    REGION,
    SOURCE,
    TYPE,
    Dimension,
    Filters,
)
from data.warehouse import Warehouse

Ids = tuple[int, ...]


@dataclass(frozen=True)
class Period:
    """From and to; the default is the last ``days`` days, or the last ``months`` months up to the last day.

    If both are None, the default is everything that is loaded.
    """

    days: int | None = None
    months: int | None = None
    label: str = "Created"
    name: ClassVar[str] = "period"

    def default(self, facts: Facts) -> tuple[date, date]:
        """The period for a URL without dates; only today while nothing is loaded."""
        last = facts.last_day or date.today()  # noqa: DTZ011 (shown on an empty system only)
        return self.first_of(last, facts), last

    def first_of(self, last: date, facts: Facts) -> date:
        """The first day of the default period that ends with ``last``, within the loaded days."""
        loaded = min(facts.first_day or last, last)
        if self.months:
            count = 12 * last.year + last.month - self.months
            return max(date(count // 12, count % 12 + 1, 1), loaded)
        return max(last - timedelta(days=self.days - 1), loaded) if self.days else loaded

    def component(self, report: str, value: Any, facts: Facts, _warehouse: Warehouse) -> Component:
        return dmc.DatePickerInput(
            id={"report": report, "control": self.name},
            label=self.label,
            type="range",
            value=self.shown(value),
            minDate=facts.first_day.isoformat() if facts.first_day else None,
            maxDate=facts.last_day.isoformat() if facts.last_day else None,
            valueFormat="MMM D, YYYY",
            allowSingleDateInRange=True,
            firstDayOfWeek=0,
            presets=_presets(facts),
            persistence=False,
            w=270,
        )

    def shown(self, value: tuple[date, date]) -> list[str]:
        """The value of the component."""
        return [day.isoformat() for day in value]


def _presets(facts: Facts) -> list[dict[str, Any]]:
    if facts.last_day is None or facts.first_day is None:
        return []
    first, last = facts.first_day, facts.last_day
    month = last.replace(day=1)
    last_month = (month - timedelta(days=1)).replace(day=1)
    quarter = last.replace(month=3 * ((last.month - 1) // 3) + 1, day=1)
    last_quarter = (quarter - timedelta(days=1)).replace(day=1)
    last_quarter = last_quarter.replace(month=last_quarter.month - 2)
    ranges = {f"Last {days} days": (last - timedelta(days=days - 1), last) for days in (7, 30, 90, 365)}
    ranges |= {
        "This month": (month, last),
        "Last month": (last_month, month - timedelta(days=1)),
        "This quarter": (quarter, last),
        "Last quarter": (last_quarter, quarter - timedelta(days=1)),
        "This year": (last.replace(month=1, day=1), last),
        "Last year": (date(last.year - 1, 1, 1), date(last.year - 1, 12, 31)),
        "Everything": (first, last),
    }
    return [
        {"label": label, "value": [max(first, start).isoformat(), end.isoformat()]}
        for label, (start, end) in ranges.items()
        if end >= first
    ]


@dataclass(frozen=True)
class Pick:
    """Selects one or several types, groups, councils, regions, agencies or sources; none means all."""

    dimension: Dimension
    label: str
    is_single: bool = False
    default: Ids | Callable[[Warehouse], Ids] = ()
    at_most: int | None = None

    @property
    def name(self) -> str:
        """The parameter of the URL."""
        return self.dimension.name

    @property
    def is_required(self) -> bool:
        """Whether the report needs at least one choice."""
        return self.default != ()

    def default_ids(self, warehouse: Warehouse) -> Ids:
        return self.default(warehouse) if callable(self.default) else self.default

    def options(self, warehouse: Warehouse) -> list[dict[str, str]]:
        """Ids joined by commas, and names: agencies with the same name are one choice."""
        found = reference.ids_by_name(warehouse, self.dimension)
        return [{"value": ",".join(map(str, ids)), "label": name} for name, ids in found.items()]

    def has_choice(self, warehouse: Warehouse) -> bool:
        """Whether there is more than one option, or one is required: some cities publish no districts."""
        return self.is_required or len(reference.ids_by_name(warehouse, self.dimension)) > 1

    def shown(self, value: Ids, options: Sequence[dict[str, str]]) -> list[str]:
        """The options of these ids, in the order of the URL; unknown ids have none."""
        option_of = {int(number): one["value"] for one in options for number in one["value"].split(",")}
        return list(dict.fromkeys(option_of[number] for number in value if number in option_of))

    def component(self, report: str, value: Ids, facts: Facts, warehouse: Warehouse) -> Component:
        options = self.options(warehouse)
        chosen = self.shown(value, options)
        limited = f" (at most {self.at_most})" if self.at_most and not self.is_single else ""
        common = {
            "id": {"report": report, "control": self.name},
            "label": facts.city.phrase(self.label) + limited,
            "data": options,
            "searchable": True,
            "nothingFoundMessage": "No matches",
            "w": 400 if limited else 270 if self.is_single else 220,
        }
        if self.is_single:
            return dmc.Select(**common, value=chosen[0] if chosen else None, allowDeselect=False)
        is_open = not chosen and not self.is_required
        hint = facts.city.spoken(f"All {self.dimension.plural}") if is_open else ""
        # None would be sent as null, which would allow no values at all.
        limit = {"maxValues": self.at_most} if self.at_most else {}
        return dmc.MultiSelect(
            **common, **limit, value=chosen, clearable=True, placeholder=hint, hidePickedOptions=True
        )


@dataclass(frozen=True)
class Choice:
    """One of a few options, usually ways to show the same data; the first is the default."""

    name: str
    label: str
    options: Mapping[str, str]
    is_filter: bool = False
    """Whether its options differ in the requests that are counted; the page then names the chosen one."""
    is_possible: Callable[[Warehouse], bool] | None = None
    """Whether the city has what the options are about; None if every city has it."""

    @property
    def default(self) -> str:
        return next(iter(self.options))

    def has_choice(self, warehouse: Warehouse) -> bool:
        return self.is_possible is None or self.is_possible(warehouse)

    def spoken_options(self, facts: Facts) -> list[dict[str, str]]:
        """Keys and texts, worded for the city."""
        return [{"value": key, "label": facts.city.spoken(text)} for key, text in self.options.items()]

    def component(self, report: str, value: str, facts: Facts, _warehouse: Warehouse) -> Component:
        control = dmc.SegmentedControl(
            id={"report": report, "control": self.name},
            data=self.spoken_options(facts),
            value=value,
            display="flex",
            w="fit-content",
        )
        return dmc.InputWrapper(control, label=self.label)


Control = Period | Pick | Choice
INCLUDED = "include"
INFORMATION = Choice("information", "Information calls", {"exclude": "Left out", INCLUDED: "Included"})


def busiest(dimension: Dimension, number: int = 1) -> Callable[[Warehouse], Ids]:
    """The default for reports about one or a few groups: those with the most requests in the last year.

    A fixed id is not used as a default, because it may have no requests.
    """

    def default(warehouse: Warehouse) -> Ids:
        facts = warehouse.facts()
        if facts.last_day is None:
            return ()
        year = Filters(facts.last_day - timedelta(days=364), facts.last_day)
        ids = reference.ids_by_name(warehouse, dimension)
        names = [
            name for name in count(warehouse, year, dimension)[dimension.name] if ids[name] != [NO_COUNCIL]
        ]
        return tuple(one for name in names[:number] for one in ids[name])

    return default


types = partial(Pick, TYPE, label="Request types")
groups = partial(Pick, GROUP, label="Type groups")
councils = partial(Pick, COUNCIL, label="{areas}")
regions = partial(Pick, REGION, label="Regions")
districts = partial(Pick, DISTRICT, label="City council districts")
agencies = partial(Pick, AGENCY, label="Agencies")
sources = partial(Pick, SOURCE, label="Sources")
