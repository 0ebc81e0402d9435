from __future__ import annotations

from pydantic import BaseModel, Field

from lacity_data_api.params import CamelModel


class RequestType(CamelModel):
    type_id: int
    type_name: str
    agency_id: int
    agency_name: str | None
    color: str
    description: str
    group_id: int = Field(description="0: in no group")
    group_name: str


class TypeGroup(CamelModel):
    """Types that belong together, so that counts by group are comparable across changes of types."""

    group_id: int
    group_name: str
    color: str


class TypeCount(CamelModel):
    type_id: int
    type_name: str
    type_count: int


class TypeStatistics(BaseModel):
    """Whole days from the created to the closed date of closed requests; quartiles are not interpolated."""

    type_id: int
    type_name: str
    min: int
    q1: int
    median: int
    q3: int
    max: int
