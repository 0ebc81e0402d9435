"""Types of parameters that several routes share."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, TypeVar
from zoneinfo import ZoneInfo

from fastapi import Path, Query
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic.alias_generators import to_camel

LOS_ANGELES = ZoneInfo("America/Los_Angeles")
LARGEST_ID = 2**63 - 1
MOST_VALUES = 1_000
ISO_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}", re.ASCII)

T = TypeVar("T")


class CamelModel(BaseModel):
    """An answer or a body with camelCase keys; bodies may use snake_case as well."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


def _storable(value: str) -> str:
    if "\x00" in value:
        raise ValueError("must not contain NUL")
    value.encode()  # UnicodeEncodeError is a ValueError: half a surrogate pair is no text
    return value


def _unique(values: list[T]) -> list[T]:
    """Sorted without repetitions, so that equal questions look equal."""
    return sorted(set(values))  # type: ignore[type-var]


def _iso_date(value: object) -> object:
    """Only dates as they are written: a number is no date, nor is a time of day."""
    if isinstance(value, str) and ISO_DATE.fullmatch(value):
        return dt.date(*map(int, value.split("-")))
    if isinstance(value, dt.date):
        return value
    raise ValueError("must be a date, as 2020-01-31")


Date = Annotated[dt.date, BeforeValidator(_iso_date)]
StorableText = Annotated[str, AfterValidator(_storable)]
PathId = Annotated[int, Path(ge=-LARGEST_ID, le=LARGEST_ID, description="Our id", examples=[1])]
Id = Annotated[int, Query(ge=-LARGEST_ID, le=LARGEST_ID)]
# What is too long is refused before repetitions are taken out.
Ids = Annotated[list[Id], Field(max_length=MOST_VALUES), AfterValidator(_unique)]
# In a body, text is no number, and neither is true.
BodyId = Annotated[int, Field(strict=True, ge=-LARGEST_ID, le=LARGEST_ID)]
BodyIds = Annotated[list[BodyId], Field(max_length=MOST_VALUES), AfterValidator(_unique)]
# Without a zone, which the "date-time" of OpenAPI demands.
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


def year_before(day: dt.date) -> dt.date:
    """The same day a year earlier; the 28th for the 29th of February."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)


def today() -> dt.date:
    """The date in Los Angeles."""
    return dt.datetime.now(LOS_ANGELES).date()
