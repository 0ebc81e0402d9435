from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import BaseModel, Field

from lacity_data_api.params import LocalTime


class Welcome(BaseModel):
    message: str


class ApiStatus(BaseModel):
    """Times in UTC are without zone; local ones are Los Angeles', with their offset."""

    currentTimeUTC: LocalTime  # noqa: N815  as clients know it
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
    last_updated: LocalTime | None
    request_types: int
    regions: int
    councils: int
    service_requests: int
    requests: int


class DataStatus(BaseModel):
    """Which data are served, and how old they are."""

    generation: int | None = Field(description="Grows with every load that changed anything; null: not known")
    last_pulled_utc: LocalTime | None
    age_seconds: float | None = Field(description="Time since the newest load")


class Health(BaseModel):
    status: Literal["alive", "ready", "not ready"]


class LogLine(BaseModel):
    id: int
    status: Literal["INFO", "WARN", "ERROR"]
    message: str
    created_time: LocalTime


class Reset(BaseModel):
    """How many items the freshly made answers hold."""

    message: str
    details: dict[str, int]
