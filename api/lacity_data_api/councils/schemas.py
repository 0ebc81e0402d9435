from __future__ import annotations

from lacity_data_api.params import CamelModel
from lacity_data_api.request_types.schemas import TypeStatistics


class Council(CamelModel):
    council_id: int
    council_name: str
    website: str
    twitter: str
    region_id: int
    region_name: str
    latitude: float
    longitude: float


class CouncilTypeStatistics(TypeStatistics):
    council_id: int
