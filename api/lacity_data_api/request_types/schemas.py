from __future__ import annotations

from lacity_data_api.params import CamelModel


class RequestType(CamelModel):
    type_id: int
    type_name: str
    agency_id: int
    agency_name: str | None
    color: str
    description: str


class TypeCount(CamelModel):
    type_id: int
    type_name: str
    type_count: int
