from __future__ import annotations

from typing import Generic, Literal, TypeVar

from pydantic import BaseModel, Field

Properties = TypeVar("Properties", bound=BaseModel)
Geometry = TypeVar("Geometry", bound=BaseModel)
Position = list[float]


class Point(BaseModel):
    type: Literal["Point"]
    coordinates: Position = Field(description="Longitude, latitude", min_length=2, max_length=2)


class MultiPolygon(BaseModel):
    type: Literal["MultiPolygon"]
    coordinates: list[list[list[Position]]]


class Feature(BaseModel, Generic[Properties, Geometry]):
    type: Literal["Feature"]
    properties: Properties
    geometry: Geometry


class FeatureCollection(BaseModel, Generic[Properties, Geometry]):
    """GeoJSON (RFC 7946)."""

    type: Literal["FeatureCollection"]
    features: list[Feature[Properties, Geometry]]


class CouncilProperties(BaseModel):
    council_id: int
    council_name: str
    nc_id: int | str = Field(description="The city's number of the council, or its code if it has no number")


class HotspotProperties(BaseModel):
    council_name: str
    council_id: int = Field(description="The council of most of its requests; 0: outside all councils")
    hotspot_id: int
    count: int = Field(description="Requests")


class PinProperties(BaseModel):
    request_id: int
    type_id: int


class Place(BaseModel):
    council_id: int


Councils = FeatureCollection[CouncilProperties, MultiPolygon]
Hotspots = FeatureCollection[HotspotProperties, Point]
OpenPins = FeatureCollection[PinProperties, Point]
