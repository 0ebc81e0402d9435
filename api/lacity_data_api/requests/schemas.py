from __future__ import annotations

from pydantic import Field

from lacity_data_api.params import CamelModel, LocalTime


class ServiceRequest(CamelModel):
    """One request; times are the city's local time as published, without zone."""

    request_id: int
    srnumber: str
    council_id: int = Field(description="0: outside all councils")
    council_name: str
    type_id: int
    type_name: str
    agency_id: int
    agency_name: str
    source_id: int
    source_name: str
    created_date: LocalTime
    closed_date: LocalTime | None = Field(description="Null while there is none")
    address: str | None
    latitude: float | None = Field(description="Null without usable coordinates")
    longitude: float | None = Field(description="Null without usable coordinates")


class RequestDetail(ServiceRequest):
    """One request with what became of it, as far as the city publishes it."""

    is_open: bool = Field(description="False with a closed date, or with a status that ends a request")
    is_duplicate: bool = Field(description="Repeats another request")
    outcome: str | None = Field(description="The city's resolution code")
    reason: str | None = Field(description="The city's reason code")


class Pin(CamelModel):
    """A request as a point of the map."""

    request_id: int
    type_id: int
    latitude: float
    longitude: float
