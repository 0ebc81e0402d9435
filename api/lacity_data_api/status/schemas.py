from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import BaseModel, Field

from lacity_data_api.params import LocalTime


class Welcome(BaseModel):
    message: str


class ApiStatus(BaseModel):
    """UTC times have no zone; local times are the city's, with their offset."""

    currentTimeUTC: LocalTime  # noqa: N815  the original key
    lastPulledUTC: LocalTime | None = Field(description="Null before the first load")  # noqa: N815
    currentTimeLocal: dt.datetime  # noqa: N815
    lastPulledLocal: dt.datetime | None  # noqa: N815
    stage: str
    version: str
    gitSha: str  # noqa: N815
    process: int


class DatabaseStatus(BaseModel):
    postgres_version: str
    alembic_version: str
    last_updated: LocalTime | None = Field(description="End of the newest load, in UTC")
    request_types: int
    regions: int
    councils: int
    service_requests: int
    requests: int


class DataStatus(BaseModel):
    """The served data; null if the database has been unreachable since the start."""

    generation: int | None = Field(description="Grows with every load that changes anything")
    last_pulled_utc: LocalTime | None
    age_seconds: float | None = Field(description="Time since the newest load")
    requests: int | None = Field(description="Counted requests, with and without coordinates")
    requests_not_on_map: int | None = Field(description="How many of them have no usable coordinates")
    information_calls: int | None = Field(description="Calls for information, not counted as requests")
    last_day: dt.date | None = Field(description="Newest day with requests, not after the newest load")


class Health(BaseModel):
    status: Literal["alive", "ready", "not ready"]


class LogLine(BaseModel):
    id: int
    status: Literal["INFO", "WARN", "ERROR"]
    message: str
    created_time: LocalTime = Field(description="In UTC")


class Reset(BaseModel):
    """The number of items in the primed responses."""

    message: str
    details: dict[str, int]
