"""Single items have keys in snake_case, as in the first version; in lists the keys are in camelCase."""

from __future__ import annotations

from pydantic import BaseModel

from lacity_data_api.params import CamelModel


class Agency(BaseModel):
    agency_id: int
    agency_name: str
    website: str
    twitter: str


class ListedAgency(Agency, CamelModel):
    pass


class Region(BaseModel):
    region_id: int
    region_name: str
    latitude: float
    longitude: float


class ListedRegion(Region, CamelModel):
    pass


class Source(BaseModel):
    source_id: int
    source_name: str


class ListedSource(Source, CamelModel):
    pass
