from __future__ import annotations

import datetime as dt
import re
from contextlib import suppress
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, Field, WithJsonSchema, model_validator

from lacity_data_api.params import MAX_VALUES, BodyId, CamelModel, StorableText

Set = TypeVar("Set", bound=BaseModel)
AMERICAN = ("%m/%d/%Y", "%m/%d/%y")
WRITTEN = r"^(\d{1,2}/\d{1,2}/(\d{2}|\d{4})|\d{4}-\d{2}-\d{2}(T.*)?)$"


def _day(value: Any) -> Any:
    """Month/day/year with two or four digits of the year, as the first client sends it, or ISO 8601."""
    if isinstance(value, str) and re.fullmatch(WRITTEN, value, re.ASCII):
        for form in AMERICAN:
            with suppress(ValueError):
                return dt.datetime.strptime(value, form).date()  # noqa: DTZ007  a day has no zone
        with suppress(ValueError):
            return dt.datetime.fromisoformat(value).date()
    raise ValueError("must be a day, as 1/31/2020 or 2020-01-31")


Day = Annotated[
    dt.date,
    BeforeValidator(_day),
    WithJsonSchema({"type": "string", "pattern": WRITTEN, "examples": ["01/31/2020", "2020-01-31"]}),
]
IdList = Annotated[list[BodyId], Field(max_length=MAX_VALUES)]
# Names as the city publishes them: "Graffiti Removal", not "Graffiti".
TypeList = Annotated[list[StorableText], Field(max_length=MAX_VALUES, examples=[["Graffiti Removal"]])]


class Days(CamelModel):
    """From one day to another, both included."""

    start_date: Day
    end_date: Day

    @model_validator(mode="after")
    def _in_order(self) -> Days:
        if self.start_date > self.end_date:
            raise ValueError("startDate must not be after endDate")
        return self


class MapFilter(Days):
    """Empty lists match nothing."""

    nc_list: IdList = Field(description="Councils by id; 0: outside all councils", examples=[[52]])
    request_types: TypeList


class Districts(CamelModel):
    district: Literal["nc", "cc"] = Field(description="Neighborhood councils, or city council districts")
    list: IdList = Field(examples=[[1, 2]])


class Comparison(Days):
    request_types: TypeList
    set1: Districts
    set2: Districts


class PublishedRequest(BaseModel):
    """A request as published; times are seconds since 1970, treating the city's local time as UTC."""

    id: int
    srnumber: str
    requesttype: str | None
    status: str | None
    actiontaken: str | None
    createddate: int
    updateddate: int | None
    servicedate: int | None
    closeddate: int | None
    requestsource: str | None
    anonymous: str | None
    mobileos: str | None
    owner: str | None
    nc: int | None = Field(description="The city's number of the council, not our id")
    ncname: str | None
    policeprecinct: str | None
    apc: str | None
    assignto: str | None
    cd: int | None
    cdmember: str | None
    address: str | None
    zipcode: str | None
    latitude: float | None
    longitude: float | None


class LegacyPin(BaseModel):
    srnumber: str
    requesttype: str
    latitude: float
    longitude: float


Counts = dict[str, int]


class CouncilCounts(BaseModel):
    nc: dict[str, Counts] = Field(description="By council id, then type; every council is included")


class OpenRequests(BaseModel):
    counts: CouncilCounts
    requests: list[LegacyPin]


class Box(CamelModel):
    """Whole days to close; only ``count`` when no request is closed. Quartiles are interpolated."""

    count: int
    min: float = 0
    q1: float = 0
    median: float = 0
    q3: float = 0
    max: float = 0
    whisker_min: float = Field(default=0, description="Smallest within 1.5 times q3 - q1 below q1")
    whisker_max: float = Field(default=0, description="Largest within 1.5 times q3 - q1 above q3")
    outlier_count: int = 0


Bins = Annotated[list[str], Field(description="The first day of each bin, and the day after the last")]


class Frequency(BaseModel):
    bins: Bins
    counts: dict[str, list[int]]


class TypeAndSource(BaseModel):
    type: Counts
    source: Counts


class Visualizations(CamelModel):
    frequency: Frequency
    time_to_close: dict[str, Box]
    counts: TypeAndSource


class FrequencySet(BaseModel):
    district: str
    counts: dict[str, list[int]]


class BoxSet(BaseModel):
    district: str
    data: dict[str, Box]


class SourceSet(BaseModel):
    district: str
    source: Counts


class Compared(BaseModel, Generic[Set]):
    set1: Set
    set2: Set


class ComparedFrequency(Compared[FrequencySet]):
    bins: Bins
