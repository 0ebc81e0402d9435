"""The reader's selection: parsed from the URL, and written into URLs."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from urllib.parse import parse_qs, urlencode

from data.facts import Facts
from data.filters import DIMENSIONS, Dimension, Filters
from data.warehouse import Warehouse
from report_kit import text
from report_kit.controls import INCLUDED, INFORMATION, Choice, Control, Ids, Period, Pick

MAX_LISTED = 200
MAX_ID = 2**31 - 1
DAYS = ("from", "to")
COMPARE, NOT_COMPARED, PREVIOUS, DAYS_BEFORE = "compare", "none", "previous", "before"
CARD, EMBED = "card", "embed"
"""Parameters of the page itself: ``card`` shows one card alone, ``embed`` hides the menu and the footer."""
SHARED = (*DAYS, *(dimension.name for dimension in DIMENSIONS), INFORMATION.name, COMPARE)
"""Parameters that mean the same in every report; links and the menu keep them."""
FILTERS = dict.fromkeys(DAYS, "period") | {INFORMATION.name: "information calls"}
"""What readers call these parameters, if not by their names."""


@dataclass(frozen=True)
class Selection:
    """Everything that a card needs to know about the reader's selection."""

    filters: Filters
    choices: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    """Notes for the reader on parameters that were ignored or changed."""
    search: str = ""
    """The query string of the URL as received, without the question mark."""
    is_monthly: bool = False
    """Whether it was extended to whole months, which are compared with whole months."""

    @staticmethod
    def of(controls: Sequence[Control], search: str, warehouse: Warehouse) -> Selection:
        """Read a URL; parameters and values that cannot be used are ignored and noted."""
        facts, query = warehouse.facts(), search.lstrip("?")
        reader = _Reader(parameters(query))
        first, last = Period().default(facts)
        ids: dict[str, Ids] = {}
        choices: dict[str, str] = {}
        for control in controls:
            if isinstance(control, Period):
                first, last = reader.period(control, facts)
            elif isinstance(control, Pick):
                ids[control.dimension.plural] = reader.ids(control, warehouse)
            else:
                choices[control.name] = reader.choice(control)
        includes = choices.get(INFORMATION.name) == INCLUDED
        filters = Filters(first, last, includes_information=includes, **ids)
        return Selection(filters, choices, (*reader.notes, *reader.unused(controls)), query)

    @property
    def first(self) -> date:
        return self.filters.first

    @property
    def last(self) -> date:
        return self.filters.last

    @property
    def days(self) -> int:
        return self.filters.days

    @property
    def has_days(self) -> bool:
        """Whether the URL names days; the default period moves with the data."""
        return any(parameters(self.search).get(name) for name in DAYS)

    def whole_months(self, facts: Facts) -> Selection:
        """The same selection, extended to whole months; the current month ends with the last full day."""
        last = min(month_end(self.last), facts.last_day or self.last)
        return replace(
            self, filters=replace(self.filters, first=self.first.replace(day=1), last=last), is_monthly=True
        )

    @property
    def fixed(self) -> str:
        """The query string of this view with explicit days: a shared link always shows the same period."""
        given = parameters(self.search) | {
            "from": self.first.isoformat(),
            "to": self.last.isoformat(),
        }
        if self._comparison == DAYS_BEFORE:
            given[COMPARE] = DAYS_BEFORE
        given.pop(EMBED, None)
        return urlencode(given, safe=",")

    @property
    def _comparison(self) -> str:
        """The comparison in a URL with these days.

        The usual days are compared with the days before them, chosen ones that begin a month with that of
        another month.
        """
        chosen = self.choices.get(COMPARE, NOT_COMPARED)
        is_usual = not self.has_days and self.first.day == 1
        return DAYS_BEFORE if chosen == PREVIOUS and is_usual else chosen

    def narrowed(self, to: Mapping[Dimension, Sequence[int]]) -> dict[str, str]:
        """Parameter → the ids of each filter that are also in ``to``; empty where there are none."""
        found: dict[Dimension, Sequence[int]] = {one: self.filters.ids(one) for one in self.filters.used}
        for dimension, ids in to.items():
            found[dimension] = [one for one in ids if one in found.get(dimension, ids)]
        return {one.name: ",".join(map(str, ids)) for one, ids in found.items()}

    def link(self, path: str, narrowed: Mapping[Dimension, Sequence[int]]) -> str:
        """The URL of another report with the same period and filters, narrowed down to these ids.

        Empty if none of the ids is selected.
        """
        ids = self.narrowed(narrowed)
        if not all(ids.values()):
            return ""
        given = {"from": self.first.isoformat(), "to": self.last.isoformat()} | ids
        if self.filters.includes_information:
            given[INFORMATION.name] = INCLUDED
        if self._comparison != NOT_COMPARED:
            given[COMPARE] = self._comparison
        return f"{path}?{urlencode(given, safe=',')}"


def month_end(day: date) -> date:
    """The last day of the day's month."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def parameters(search: str) -> dict[str, str]:
    """The parameters of a query string; the values of a repeated parameter are joined by commas."""
    given = parse_qs(search.lstrip("?"), keep_blank_values=True)
    return {name: ",".join(values) for name, values in given.items()}


class _Reader:
    """Reads individual parameters and collects notes on those that cannot be used."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self._given = given
        self.notes: list[str] = []

    def period(self, control: Period, facts: Facts) -> tuple[date, date]:
        """The chosen days within the loaded ones; the default if none are chosen or loaded."""
        first, last = self._day("from"), self._day("to")
        if first and last and first > last:
            first, last = last, first
        if not facts.last_day or not facts.first_day or not (first or last):
            return control.default(facts)
        return self._loaded(control, facts, first, last)

    def _loaded(
        self, control: Period, facts: Facts, first: date | None, last: date | None
    ) -> tuple[date, date]:
        newest, oldest = facts.last_day or date.max, facts.first_day or date.min
        if first and first > newest:
            after = f"{text.day(first)} is after the last full day, {text.day(newest)}"
            self.notes.append(f"{after}; the usual period is shown instead.")
            return control.default(facts)
        if last and last < oldest:
            empty = _before(oldest)
            before = f"The chosen days are before the first loaded one, {text.day(oldest)}"
            self.notes.append(f"{before}; {text.day(empty)}, without requests, is shown instead.")
            return empty, empty
        if last and last > newest:
            self.notes.append(f"The period ends with the last full day, {text.day(newest)}.")
        last = min(last or newest, newest)
        first = first or control.first_of(last, facts)
        if first < oldest <= last:
            self.notes.append(f"The data starts on {text.day(oldest)}.")
            first = oldest
        return first, last

    def _day(self, name: str) -> date | None:
        if name not in self._given:
            return None
        try:
            return date.fromisoformat(self._given[name])
        except ValueError:
            self._ignore(name)
            return None

    def ids(self, control: Pick, warehouse: Warehouse) -> Ids:
        written = self._given.get(control.name)
        if written is None:
            return control.default_ids(warehouse)
        parts = [part for part in written.split(",") if part]
        chosen = tuple(dict.fromkeys(int(part) for part in parts if _is_id(part)))
        if unusable := [part for part in parts if not _is_id(part)]:
            self._ignore(control.name, unusable if chosen else ())
        most = control.at_most or MAX_LISTED
        if len(chosen) > most:
            values = "value" if most == 1 else f"{most} values"
            self.notes.append(f"Used only the first {values} of URL parameter {control.name}.")
        return chosen[:most] or (control.default_ids(warehouse) if parts else ())

    def choice(self, control: Choice) -> str:
        written = self._given.get(control.name, control.default)
        if written in control.options:
            return written
        self._ignore(control.name)
        return control.default

    def unused(self, controls: Sequence[Control]) -> list[str]:
        """Notes on parameters that this report does not use."""
        used = {control.name for control in controls}
        used |= {CARD, EMBED, COMPARE} | (set(DAYS) if Period.name in used else set())
        others = [name for name in self._given if name not in used]
        shared = dict.fromkeys(FILTERS.get(name, name) for name in others if name in SHARED)
        known = [f"This report cannot be filtered by {name}." for name in shared]
        unknown = [self._written(name) for name in others if name not in SHARED]
        return known + ([f"Ignored URL parameters: {', '.join(unknown)}."] if unknown else [])

    def _ignore(self, name: str, values: Sequence[str] = ()) -> None:
        """Note that a parameter was ignored, or only these of its values."""
        some = f"in URL parameter {name}: {','.join(values)[:80]}"
        self.notes.append(f"Ignored {some if values else f'URL parameter: {self._written(name)}'}.")

    def _written(self, name: str) -> str:
        return f"{name}={self._given[name]}"[:80]


def _before(oldest: date) -> date:
    """The day before the first loaded month, in place of an earlier period of up to 2,000 years."""
    return oldest.replace(day=1) - timedelta(days=1)


def _is_id(part: str) -> bool:
    # Python refuses to convert thousands of digits.
    is_short = len(part) <= len(str(MAX_ID))
    return is_short and part.isascii() and part.isdigit() and int(part) <= MAX_ID
