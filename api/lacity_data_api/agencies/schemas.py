from __future__ import annotations

from pydantic import BaseModel

from lacity_data_api.params import CamelModel


class Agency(CamelModel):
    agency_id: int
    agency_name: str
    website: str
    twitter: str


class AgencyItem(BaseModel):
    """As /agencies/{id} has always written it: keys in snake_case."""

    agency_id: int
    agency_name: str
    website: str
    twitter: str
