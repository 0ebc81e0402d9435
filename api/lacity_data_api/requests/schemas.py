from __future__ import annotations

from pydantic import Field

from lacity_data_api.params import CamelModel, LocalTime


class ServiceRequest(CamelModel):
    """One request; times are the city's local time as published, without zone."""

    request_id: int
    srnumber: str
    council_id: int = Field(description="0: outside every council")
    council_name: str
    type_id: int
    type_name: str
    agency_id: int
    agency_name: str
    source_id: int
    source_name: str
    created_date: LocalTime
    closed_date: LocalTime | None = Field(description="Null while the request is open")
    address: str | None
    latitude: float
    longitude: float


class Pin(CamelModel):
    """A request as a point of the map."""

    request_id: int
    type_id: int
    latitude: float
    longitude: float
