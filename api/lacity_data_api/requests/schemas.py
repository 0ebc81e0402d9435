from __future__ import annotations

from typing import Any

from pydantic import Field, create_model

from lacity_data_api.params import CamelModel, LocalTime
from lacity_data_api.requests.published import PUBLISHED_TEXTS


class ServiceRequest(CamelModel):
    """One request; times are the city's local time as published, without a zone."""

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


class _Became(ServiceRequest):
    """One request with its outcome, as far as the city publishes it."""

    is_open: bool = Field(description="False with a closed date, or with a status that ends a request")
    is_duplicate: bool = Field(description="Duplicate of another request")


_TEXTS: dict[str, Any] = {
    name: (str | None, Field(description=description)) for name, description in PUBLISHED_TEXTS.items()
}
RequestDetail = create_model("RequestDetail", __base__=_Became, __doc__=_Became.__doc__, **_TEXTS)


class Pin(CamelModel):
    """A request as a point on the map."""

    request_id: int
    type_id: int
    latitude: float
    longitude: float
