"""The parts of a city's declaration, ``cities/<key>/city.toml``: frozen, unknown keys refused."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from pipeline.columns import REQUEST_COLUMNS

DatasetId = Annotated[str, Field(pattern=r"^[a-z0-9]{4}-[a-z0-9]{4}$")]
SourceColumn = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
CodedColumn = Literal["requesttype", "owner", "requestsource", "area"]
"""Columns whose values are codes of a reference table."""
Color = Annotated[str, Field(pattern=r"^#[0-9A-F]{6}$")]
Share = Annotated[float, Field(ge=0, le=1)]


def _is_portable(text: str) -> str:
    if "\\" in text:
        raise ValueError(
            "a backslash does not mean the same to Postgres and Python: use [0-9], ( |$) and the like"
        )
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from error
    return text


Regex = Annotated[str, AfterValidator(_is_portable)]
"""Understood alike by Postgres and Python; anchored by its author."""


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
            raise ValueError("west has to be below east, and south below north")
        return self


class Limits(Declaration):
    """What a run may find before it warns or fails; shares are of the rows that it read."""

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
    """Columns of ``requests`` by the columns of the portal that may hold them, the preferred one first.

    ``kept`` are columns of the portal without a column in ``requests``: their values stay together in one.
    A request with one of ``ended_statuses`` is over even where it has no closed date, and one of
    ``open_statuses`` is open in spite of its closed date. ``duplicate_statuses``, the patterns
    ``duplicate_outcomes`` and a parent mark a request that repeats another.
    """

    required: frozenset[str] = frozenset({"srnumber", "createddate", "requesttype", "closeddate"})
    kept: tuple[SourceColumn, ...] = ()
    ignored: frozenset[SourceColumn] = frozenset()
    ended_statuses: tuple[str, ...] = ()
    open_statuses: tuple[str, ...] = ()
    duplicate_statuses: tuple[str, ...] = ()
    duplicate_outcomes: tuple[Regex, ...] = ()
    columns: dict[str, tuple[SourceColumn, ...]]

    @property
    def stored(self) -> frozenset[str]:
        """The columns of ``requests`` that are filled."""
        return frozenset(self.columns) | ({"kept"} if self.kept else set())

    @property
    def sources(self) -> frozenset[str]:
        """Every column of the portal that is read or knowingly left out."""
        return self.ignored.union(self.kept, *self.columns.values())

    @model_validator(mode="after")
    def _only_known_columns(self) -> Schema:
        unknown = (self.columns.keys() | self.required) - (set(REQUEST_COLUMNS) - {"kept"})
        missing = self.required - self.columns.keys()
        if unknown or missing:
            raise ValueError(
                f"no column of requests, or required but not mapped: {sorted(unknown | missing)}"
            )
        return self


class Pattern(Declaration):
    r"""Published values that match are served as ``code``; an empty code means that none is stated.

    In the code ``\1`` stands for the first group of an expression that matches the whole value.
    """

    match: Regex
    code: str

    @model_validator(mode="after")
    def _is_whole(self) -> Pattern:
        if "\\" in self.code and not (self.match.startswith("^") and self.match.endswith("$")):
            raise ValueError("a code made of groups needs an expression from ^ to $")
        return self


class NamePattern(Declaration):
    r"""Names, or codes of areas without a name, that match are shown as ``name``; ``\1`` is a group."""

    match: Regex
    name: str


class TypeGroup(Declaration):
    """Types (by code) that are one kind of work, under one name."""

    id: int = Field(ge=1, le=1000)
    name: str
    color: Color
    types: tuple[str, ...]


Properties = Annotated[
    tuple[str, ...], BeforeValidator(lambda names: [names] if isinstance(names, str) else names)
]
"""One property, or several of which the first that is filled counts."""


class BoundaryDataset(Declaration):
    """Where the polygons of the city's areas are published, and which properties of a feature say what.

    Features of one code are one area. Areas without a ``name`` go by their code. The first group of
    ``region_pattern`` in the property ``region`` is the number of the group of areas; without it the whole
    city is one group.
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


class Discovery(Declaration):
    """The title of the newest dataset's successor in the portal's catalog, with ``{year}`` in it."""

    title: str
    schema_name: str = Field(alias="schema")


class Dataset(Declaration):
    """A dataset of the portal and the days it is declared for, both included; no last day: open-ended."""

    id: DatasetId
    title: str
    schema_name: str = Field(alias="schema")
    first_day: date
    last_day: date | None = None

    def is_within(self, years: Collection[int]) -> bool:
        """Whether it is declared for days of these years only."""
        last = self.last_day.year if self.last_day else None
        return last is not None and set(range(self.first_day.year, last + 1)) <= set(years)

    def is_of(self, year: int) -> bool:
        """Whether it is declared for any day of that year."""
        return self.first_day.year <= year and (self.last_day is None or year <= self.last_day.year)
