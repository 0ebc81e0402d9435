"""Responses as the standard defines them; ``api/tests`` compares them with its JSON schemas."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from pydantic import BaseModel, Field

from lacity_data_api.openapi import HEADERS, NOT_MODIFIED, UNAVAILABLE, Responses


class Service(BaseModel):
    """A type of request."""

    service_code: str
    service_name: str
    description: str | None
    metadata: bool
    type: Literal["realtime", "batch", "blackbox"] = Field(description="batch: the data is updated nightly")
    keywords: str | None
    group: str


class Definition(BaseModel):
    """The attributes of a service; there are none, because requests are submitted to the city."""

    service_code: str
    attributes: list[Any]


class Note(BaseModel):
    """A step in the history of a request."""

    datetime: dt.datetime = Field(description="When a run found it")
    summary: str = Field(description="All kinds of the change")
    type: str = Field(description="The most important kind: created, closed, reopened, moved, …")


class ExtendedAttributes(BaseModel):
    """Fields that the city publishes beyond the standard."""

    source: str
    council: str
    status_description: str | None
    closed_datetime: dt.datetime | None
    is_duplicate: bool
    duplicate_of: str | None


class Open311Request(BaseModel):
    """A request; times have the offset of the city's zone."""

    service_request_id: str
    status: Literal["open", "closed"]
    status_notes: str | None = Field(description="Status, resolution and reason in the city's words")
    service_name: str
    service_code: str
    description: str | None
    agency_responsible: str | None
    service_notice: None
    requested_datetime: dt.datetime
    updated_datetime: dt.datetime | None = Field(description="For closed requests, when it was closed")
    expected_datetime: dt.datetime | None = Field(description="The due date, where the city publishes one")
    address: str | None
    address_id: None
    zipcode: str | None
    lat: float | None = Field(description="Null without usable coordinates")
    long: float | None = Field(description="Null without usable coordinates")
    media_url: None
    extended_attributes: ExtendedAttributes | None = Field(None, description="With extensions=true")
    notes: list[Note] | None = Field(None, description="With extensions=true; since the history began")


class Endpoint(BaseModel):
    """A version of the standard that this server supports."""

    specification: str
    url: str
    changeset: dt.datetime
    type: Literal["production", "test"]
    formats: list[str]


class Discovery(BaseModel):
    """The addresses and formats of the service."""

    changeset: dt.datetime
    contact: str
    key_service: str
    endpoints: list[Endpoint]


class Open311Error(BaseModel):
    """One error."""

    code: int
    description: str


def content(model: Any, description: str, **more: Any) -> dict[str, Any]:
    """A response of this shape, in both formats."""
    return {"model": model, "description": description, "content": {"text/xml": {}}, **more}


REJECTED: Responses = {
    400: content(list[Open311Error], "Invalid parameters, one entry for each"),
    404: content(list[Open311Error], "It does not exist"),
}
TEMPORARY: Responses = {503: UNAVAILABLE[503] | content(list[Open311Error], "Temporarily unavailable")}


def uncached_forms(model: Any) -> Responses:
    """An uncached response of this shape."""
    return {200: content(model, "JSON or XML"), **REJECTED}


def cached_forms(model: Any) -> Responses:
    """A cached response of this shape, and its errors."""
    return {200: content(model, "JSON or XML", headers=HEADERS)} | REJECTED | NOT_MODIFIED | TEMPORARY
