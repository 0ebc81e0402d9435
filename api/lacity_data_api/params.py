"""Parameter types that several routes share."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, TypeVar
from urllib.parse import urlencode

from fastapi import Path, Query
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic.alias_generators import to_camel

MAX_ID = 2**63 - 1
MAX_VALUES = 1_000
ISO_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}", re.ASCII)
NO_DATE = "must be a date, as 2020-01-31"
# With exponents: clients, and our links to next pages, write small numbers as 1e-05.
DECIMAL = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)

T = TypeVar("T")


class CamelModel(BaseModel):
    """JSON with camelCase keys; request bodies may use snake_case as well."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


def _storable(value: str) -> str:
    if "\x00" in value:
        raise ValueError("must not contain NUL")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise ValueError("must be Unicode; it contains half of a surrogate pair") from error
    return value


def _unique(values: list[T]) -> list[T]:
    """Sorted without duplicates, so that equal queries have equal keys."""
    return sorted(set(values))  # type: ignore[type-var]


def parse_date(text: str) -> dt.date:
    """A date as 2020-01-31 or 2020-1-31. Raises ValueError for any other text, such as 20200131."""
    if not ISO_DATE.fullmatch(text):
        raise ValueError(NO_DATE)
    return dt.date(*map(int, text.split("-")))


def parse_number(text: str) -> float:
    """A finite decimal number, spaces around it allowed. Raises ValueError for anything else.

    Stricter than ``float``, which takes underscores, the digits of other scripts, and nan.
    """
    written = text.strip()
    if not DECIMAL.fullmatch(written) or not math.isfinite(number := float(written)):
        raise ValueError("must be a decimal number")
    return number


def _iso_date(value: object) -> object:
    """A date in ISO format; numbers and times are rejected."""
    if isinstance(value, str):
        return parse_date(value)
    if isinstance(value, dt.date):
        return value
    raise ValueError(NO_DATE)


def _whole_number(value: object) -> object:
    """Ids in JSON bodies may be text or 4.0, as sent by R and JavaScript clients; true is not a number."""
    if isinstance(value, bool):
        raise ValueError("must be a whole number")  # noqa: TRY004  Pydantic handles ValueError only
    return value


Date = Annotated[dt.date, BeforeValidator(_iso_date)]
StorableText = Annotated[str, AfterValidator(_storable)]
PathId = Annotated[int, Path(ge=-MAX_ID, le=MAX_ID, description="Our id", examples=[1])]
Id = Annotated[int, Query(ge=-MAX_ID, le=MAX_ID)]
# The length is checked before duplicates are removed.
Ids = Annotated[list[Id], Field(max_length=MAX_VALUES), AfterValidator(_unique)]
BodyId = Annotated[int, BeforeValidator(_whole_number), Field(ge=-MAX_ID, le=MAX_ID)]
BodyIds = Annotated[list[BodyId], Field(max_length=MAX_VALUES), AfterValidator(_unique)]
# Without the zone that OpenAPI's "date-time" requires.
LocalTime = Annotated[
    dt.datetime,
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?$",
            "examples": ["2020-01-02T14:21:00"],
        }
    ),
]


def query_of_next_page(parameters: Mapping[str, Any]) -> str:
    """The query string of the link to a next page."""
    # Escaped, each comma would take three bytes, so that the server could reject the link as too long.
    return urlencode(parameters, doseq=True, safe=",:")


def year_before(day: dt.date) -> dt.date:
    """The same day a year earlier; February 28 for February 29."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)


def srnumber_forms(srnumber: str) -> list[str]:
    """The forms that the number may have in the data: as given, and without the ``C-`` of the city."""
    stripped = srnumber.strip()
    return [stripped, stripped[2:]] if stripped[:2] in {"C-", "c-"} else [stripped]


class Include(StrEnum):
    """Whether rows that are left out by default are part of the response."""

    INCLUDE = "include"
    EXCLUDE = "exclude"
