from __future__ import annotations

from pydantic import BaseModel

from lacity_data_api.params import CamelModel


class Council(CamelModel):
    council_id: int
    council_name: str
    website: str
    twitter: str
    region_id: int
    region_name: str
    latitude: float
    longitude: float


class TypeStats(BaseModel):
    """Whole days from the created to the closed date of closed requests; quartiles are days that occurred."""

    type_id: int
    type_name: str
    min: int
    q1: int
    median: int
    q3: int
    max: int


class CouncilTypeStats(TypeStats):
    council_id: int
