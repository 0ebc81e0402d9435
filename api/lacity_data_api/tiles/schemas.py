from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field


class VectorLayer(BaseModel):
    id: Literal["requests"]
    description: str
    minzoom: int
    maxzoom: int
    fields: dict[str, str] = Field(description="Names of properties and their meaning")


class TileJson(BaseModel):
    """TileJSON 3.0.0."""

    tilejson: Literal["3.0.0"]
    name: str
    version: str
    description: str
    attribution: str
    scheme: Literal["xyz"]
    tiles: list[str] = Field(description="One URL with {z}, {x} and {y}, for this generation")
    minzoom: int
    maxzoom: int
    bounds: list[float] = Field(description="West, south, east, north", min_length=4, max_length=4)
    center: list[float] = Field(description="Longitude, latitude, zoom", min_length=3, max_length=3)
    vector_layers: list[VectorLayer]
