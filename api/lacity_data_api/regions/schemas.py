from __future__ import annotations

from pydantic import BaseModel

from lacity_data_api.params import CamelModel


class Region(CamelModel):
    region_id: int
    region_name: str
    latitude: float
    longitude: float


class RegionItem(BaseModel):
    """As /regions/{id} has always written it: keys in snake_case."""

    region_id: int
    region_name: str
    latitude: float
    longitude: float
