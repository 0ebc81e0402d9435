"""The parts of a city's declaration, ``cities/<key>/city.toml``: immutable; unknown keys are rejected."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from datetime import date
from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from pipeline.columns import REQUEST_COLUMNS

DatasetId = Annotated[str, Field(pattern=r"^[a-z0-9]{4}-[a-z0-9]{4}$")]
SourceColumn = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
CodedColumn = Literal["requesttype", "owner", "requestsource", "area"]
"""Columns whose values are codes of a reference table."""
Color = Annotated[str, Field(pattern=r"^#[0-9A-F]{6}$")]
Share = Annotated[float, Field(ge=0, le=1)]
Word = Literal["area", "areas", "no_area", "region", "district", "portal", "population"]
"""Terms that the API's documentation and the reports adapt to each city."""


def _is_not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("must not be empty")
    return text


Name = Annotated[str, AfterValidator(_is_not_blank)]


def _is_time_zone(text: str) -> str:
    if text not in available_timezones():
        raise ValueError("no such time zone: a name such as America/Chicago is needed")
    return text


TimeZone = Annotated[str, AfterValidator(_is_time_zone)]


# The largest repetition count that Postgres allows.
UP_TO_255 = "(?:[01]?[0-9]?[0-9]|2[0-4][0-9]|25[0-5])"
# A whole bracket expression, or, as a group, what Postgres and Python do not both support: classes such as
# [:alpha:], special groups but (?:, (?= and (?!, repeated lookaheads, possessive quantifiers, other braces.
PORTABILITY = re.compile(
    r"\[\^?\]?(?:[^\]\[]|\[(?![:.=]))*\]"
    r"|(\[|\(\?(?![:=!])|\(\?[=!][^()]*\)[*+?{]|[*+?}]\+"
    rf"|\{{(?!{UP_TO_255}(?:,{UP_TO_255}?)?\}}))"
)


def _is_portable(text: str) -> str:
    if "\\" in text:
        raise ValueError("backslashes differ between Postgres and Python: use [0-9], ( |$) and the like")
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from error
    odd = next((found[1] for found in PORTABILITY.finditer(text) if found[1]), "")
    if odd:
        raise ValueError(f"{odd!r} differs between Postgres and Python; allowed groups are (?:, (?= and (?!")
    return text


def _is_portable_in_any_case(text: str) -> str:
    _is_portable(text.removeprefix(ANY_CASE))
    return text


ANY_CASE = "(?i)"
PartialRegex = Annotated[str, AfterValidator(_is_portable)]
"""A regular expression with the same meaning in Postgres and Python; not anchored automatically."""
Regex = Annotated[str, AfterValidator(_is_portable_in_any_case)]
"""The same, and it may begin with (?i) because it is not joined to others."""


GROUP_REFERENCE = re.compile(r"\\([0-9]*)")


def _refuse_unknown_groups(expression: str, text: str) -> None:
    r"""Raise ValueError if the text refers to a group, such as ``\1``, that the expression does not have."""
    groups = {str(number) for number in range(1, min(re.compile(expression).groups, 9) + 1)}
    if unknown := [found[0] for found in GROUP_REFERENCE.finditer(text) if found[1] not in groups]:
        raise ValueError(f"{unknown[0]} refers to a missing group: {expression} has {len(groups)}")


class Declaration(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Bounds(Declaration):
    """Degrees; coordinates outside are not served."""

    west: float = Field(ge=-180, le=180)
    south: float = Field(ge=-90, le=90)
    east: float = Field(ge=-180, le=180)
    north: float = Field(ge=-90, le=90)

    @model_validator(mode="after")
    def _is_an_area(self) -> Bounds:
        if self.west >= self.east or self.south >= self.north:
            raise ValueError("west must be less than east, and south less than north")
        return self


class Limits(Declaration):
    """Limits at which a run warns or fails; shares are relative to the rows that it read."""

    rejected_share: Share = 0.02
    outside_bounds_share: Share = 0.05
    unreviewed_share: Share = 0.05
    shrunk_share: Share = 0.02
    grown_share: Share = 0.02
    unlocated_share_factor: float = Field(default=3, ge=1)
    future_days: int = Field(default=1, ge=0)
    earliest_closed_year: int = 2000
    newest_age_days_warn: int = Field(default=3, ge=0)
    newest_age_days_fail: int = Field(default=30, ge=0)
    daily_factor_warn: float = Field(default=3, ge=1)
    daily_factor_fail: float = Field(default=10, ge=1)
    sliver_square_meters: float = Field(default=100, ge=0)
    lost_areas: int = Field(default=5, ge=0)


class Schema(Declaration):
    """Maps columns of ``requests`` to the portal's columns that may contain them, the preferred one first.

    ``kept`` lists portal columns without a column in ``requests``: their values are stored together in one.
    A request with one of ``ended_statuses`` has ended even without a closed date, and one with
    ``open_statuses`` is open despite its closed date. ``duplicate_statuses``, the patterns
    ``duplicate_outcomes`` and a parent mark duplicates.
    """

    required: frozenset[str] = frozenset({"srnumber", "createddate", "requesttype", "closeddate"})
    kept: tuple[SourceColumn, ...] = ()
    ignored: frozenset[SourceColumn] = frozenset()
    ended_statuses: tuple[str, ...] = ()
    open_statuses: tuple[str, ...] = ()
    duplicate_statuses: tuple[str, ...] = ()
    duplicate_outcomes: tuple[PartialRegex, ...] = ()
    columns: dict[str, tuple[SourceColumn, ...]]

    @property
    def stored(self) -> frozenset[str]:
        """The columns of ``requests`` that this schema fills."""
        return frozenset(self.columns) | ({"kept"} if self.kept else set())

    @property
    def sources(self) -> frozenset[str]:
        """Every portal column that is read or deliberately left out."""
        return self.ignored.union(self.kept, *self.columns.values())

    @model_validator(mode="after")
    def _only_known_columns(self) -> Schema:
        unknown = (self.columns.keys() | self.required) - (set(REQUEST_COLUMNS) - {"kept"})
        missing = self.required - self.columns.keys()
        if unknown or missing:
            raise ValueError(
                f"unknown columns, or required ones that are not mapped: {sorted(unknown | missing)}"
            )
        return self

    @model_validator(mode="after")
    def _one_meaning_each(self) -> Schema:
        if both := sorted({*self.ended_statuses} & {*self.open_statuses}):
            raise ValueError(f"both in ended_statuses and in open_statuses: {both}")
        used = [*self.ignored, *self.kept, *(source for names in self.columns.values() for source in names)]
        if repeated := sorted(source for source, times in Counter(used).items() if times > 1):
            raise ValueError(f"used more than once in columns, kept and ignored: {repeated}")
        return self


class Pattern(Declaration):
    r"""Published values that match are served as ``code``; an empty code means that none is stated.

    In the code, ``\1`` stands for the first group of an expression that matches the whole value.
    """

    match: Regex
    code: str

    @model_validator(mode="after")
    def _is_whole(self) -> Pattern:
        expression = self.match.removeprefix(ANY_CASE)
        if "\\" in self.code and not (expression.startswith("^") and expression.endswith("$")):
            raise ValueError("a code that refers to groups needs an expression from ^ to $")
        _refuse_unknown_groups(self.match, self.code)
        return self


class NamePattern(Declaration):
    r"""Names, or codes of areas without a name, that match are shown as ``name``; ``\1`` is a group."""

    match: Regex
    name: str

    @model_validator(mode="after")
    def _has_known_groups(self) -> NamePattern:
        _refuse_unknown_groups(self.match, self.name)
        return self


OTHER_TYPES = "Other"
"""The group of all types that no declared group lists."""


class TypeGroup(Declaration):
    """Types (by code) for the same kind of work, under one name."""

    id: int = Field(ge=1, le=1000)
    name: Name
    color: Color
    types: tuple[str, ...]

    @field_validator("name")
    @classmethod
    def _is_not_reserved(cls, name: str) -> str:
        if name == OTHER_TYPES:
            raise ValueError(f"{name} is the group of all types that no group lists")
        return name


Properties = Annotated[
    tuple[str, ...],
    BeforeValidator(lambda names: [names] if isinstance(names, str) else names),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]
"""One property, or several, of which the first that is not empty is used."""


class BoundaryDataset(Declaration):
    """The dataset with the polygons of the city's areas, and the meaning of its properties.

    Features with the same code are one area. Areas without a ``name`` are named by their code. The first
    group of ``region_pattern`` in the property ``region`` is the number of the region; without it the whole
    city is one region.
    """

    id: DatasetId
    code: Properties
    name: Properties = ()
    name_patterns: tuple[NamePattern, ...] = ()
    has_capital_names: bool = False
    website: Properties = ()
    region: Properties = ()
    region_pattern: Regex = "^([0-9]+)$"
    region_names: dict[str, str] = Field(default={})

    @field_validator("region_pattern")
    @classmethod
    def _has_a_group(cls, pattern: str) -> str:
        if not re.compile(pattern).groups:
            raise ValueError("the number of the region must be in parentheses, as in ^Region ([0-9]+)$")
        return pattern


class Discovery(Declaration):
    """The title of the newest dataset's successor in the portal's catalog, containing ``{year}``."""

    title: str
    schema_name: str = Field(alias="schema")

    @field_validator("title")
    @classmethod
    def _has_a_year(cls, title: str) -> str:
        if "{year}" not in title or re.search("[{}]", title.replace("{year}", "")):
            raise ValueError("{year} must be in the title, and no other braces")
        return title


class Dataset(Declaration):
    """A portal dataset and the days it is declared for, inclusive; without a last day it is open-ended.

    A withdrawn one is not read: the city no longer publishes it. Its stored requests stay, under its schema.
    """

    id: DatasetId
    title: Name
    schema_name: str = Field(alias="schema")
    first_day: date
    last_day: date | None = None
    is_withdrawn: bool = False

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Dataset:
        if self.last_day and self.last_day < self.first_day:
            raise ValueError(f"last_day {self.last_day} is before first_day {self.first_day}")
        return self

    def is_within(self, years: Collection[int]) -> bool:
        """Whether it is declared only for days in these years."""
        last = self.last_day.year if self.last_day else None
        return last is not None and set(range(self.first_day.year, last + 1)) <= set(years)

    def is_of(self, year: int) -> bool:
        """Whether it is declared for any day of that year."""
        return self.first_day.year <= year and (self.last_day is None or year <= self.last_day.year)
