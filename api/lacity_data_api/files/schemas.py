"""The manifest, for the API's documentation only; the file itself is sent unchanged."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Resource(BaseModel):
    """A file of the data package."""

    model_config = ConfigDict(extra="allow")

    name: str
    path: str = Field(
        description="The name of this immutable version, which is kept for a day after it is replaced."
    )
    latest: str = Field(description="The stable name, which always refers to the latest version.")
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
