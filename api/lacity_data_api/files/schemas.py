"""The manifest, as far as the API's documentation goes; the file itself is sent as it is."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Resource(BaseModel):
    """A file of the data package."""

    model_config = ConfigDict(extra="allow")

    name: str
    path: str = Field(
        description="The name of exactly these bytes; it stays for a day after they are replaced."
    )
    latest: str = Field(description="The lasting name, which follows the data.")
    bytes: int
    hash: str = Field(description="`sha256:` and the digest.")


class DataPackage(BaseModel):
    """datapackage.json (Data Package 2.0)."""

    model_config = ConfigDict(extra="allow")

    name: str
    generation: int
    lastDay: str  # noqa: N815  the manifest's spelling
    rows: int
    resources: list[Resource]
    superseded: list[dict[str, Any]]
