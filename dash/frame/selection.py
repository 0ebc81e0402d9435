"""What a visitor chose: read from the address, and written into addresses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode

from data.facts import Facts
from data.filters import COUNCIL, NO_COUNCIL, Dimension, Filters
from frame.controls import Choice, Control, Period, Pick

LONGEST_LIST = 200
LARGEST_ID = 2**31 - 1
EARLIEST = date(1990, 1, 1)
"""Days before it, or more than a year after what is loaded, mean nothing: some figures have a row a day."""
BEYOND = timedelta(days=366)


@dataclass(frozen=True)
class Selection:
    """Everything that a figure needs to know of the visitor's wishes."""

    filters: Filters
    choices: Mapping[str, str] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    """Parts of the address that mean nothing here, to be told to the visitor."""
    search: str = ""
    """The address's query, as it came, without the question mark."""

    @staticmethod
    def of(controls: Sequence[Control], search: str, facts: Facts) -> Selection:
        """Read an address; what cannot be understood is left out and named."""
        given = {name: values[-1] for name, values in parse_qs(search.lstrip("?")).items()}
        reader = _Reader(given)
        first, last = Period().default(facts)
        ids: dict[str, tuple[int, ...]] = {}
        choices: dict[str, str] = {}
        for control in controls:
            if isinstance(control, Period):
                first, last = reader.period(control, facts)
            elif isinstance(control, Pick):
                ids[control.dimension.plural] = reader.ids(control)
            else:
                choices[control.name] = reader.choice(control)
        return Selection(Filters(first, last, **ids), choices, tuple(reader.ignored), search.lstrip("?"))

    @property
    def first(self) -> date:
        return self.filters.first

    @property
    def last(self) -> date:
        return self.filters.last

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def is_all_without_council(self) -> bool:
        """Whether only requests outside the councils are asked for."""
        return self.filters.ids(COUNCIL) == (NO_COUNCIL,)

    def with_ids(self, dimension: Dimension, ids: Sequence[int]) -> str:
        """The query of an address that shows the same, narrowed down to these ids."""
        given = parse_qs(self.search)
        given[dimension.name] = [",".join(str(number) for number in ids)]
        return "?" + urlencode(given, doseq=True, safe=",")


def link(path: str, **words: Any) -> str:
    """The address of a report with a selection; words without a value are left out."""
    given = {name.rstrip("_"): value for name, value in words.items() if value not in (None, "", ())}
    texts = {
        name: ",".join(str(part) for part in value) if isinstance(value, tuple | list) else str(value)
        for name, value in given.items()
    }
    return path + ("?" + urlencode(texts, safe=",") if texts else "")


class _Reader:
    """Reads single words of an address and remembers what it could not understand."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self._given = given
        self.ignored: list[str] = []

    def period(self, control: Period, facts: Facts) -> tuple[date, date]:
        first, last = control.default(facts)
        latest = last + BEYOND
        first, last = self._day("from", first, latest), self._day("to", last, latest)
        return (first, last) if first <= last else (last, first)

    def _day(self, name: str, default: date, latest: date) -> date:
        if name not in self._given:
            return default
        try:
            day = date.fromisoformat(self._given[name])
        except ValueError:
            day = date.min
        if EARLIEST <= day <= latest:
            return day
        self._ignore(name)
        return default

    def ids(self, control: Pick) -> tuple[int, ...]:
        text = self._given.get(control.name)
        if text is None:
            return control.default
        parts = text.split(",")[:LONGEST_LIST]
        found = [int(part) for part in parts if part.isascii() and part.isdigit() and int(part) <= LARGEST_ID]
        chosen = tuple(dict.fromkeys(found))
        if len(found) < len(parts) or len(chosen) > (control.at_most or LONGEST_LIST):
            self._ignore(control.name)
        return chosen[: control.at_most] or control.default

    def choice(self, control: Choice) -> str:
        text = self._given.get(control.name, control.default)
        if text in control.options:
            return text
        self._ignore(control.name)
        return control.default

    def _ignore(self, name: str) -> None:
        self.ignored.append(f"{name}={self._given[name][:60]}")
