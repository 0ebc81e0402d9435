"""The portal's settings, from the environment."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    """Read from environment variables with the same names in upper case."""

    city: str = Field(default="la", description="The city: a folder of prefect/cities.")
    portal_port: int = Field(default=5600, description="Port of the sample portal.")
    portal_host: str = Field(default="127.0.0.1", description="Address the sample portal listens on.")
    portal_data: Path | None = Field(
        default=None, description="A JSON file of rows to serve in place of the sample city."
    )
    portal_boundaries: Path | None = Field(
        default=None, description="A GeoJSON file to serve in place of the approximate council polygons."
    )
    portal_requests: int = Field(
        default=50_000, ge=0, le=50_000_000, description="Requests of the sample city."
    )
    portal_seed: int = Field(default=311, ge=0, description="Another number, another city.")
    portal_today: date | None = Field(
        default=None,
        description="The day the city is seen on (default: today); requests end before it, edits are on it.",
    )
    portal_bad_share: float = Field(
        default=0.005,
        ge=0,
        le=1,
        description="Share of damaged rows in the sample city, each kind as often as the others.",
    )
    portal_cache: Path | None = Field(
        default=None,
        description="Folder that keeps the made city, so that a restart is instant; empty: a temporary one.",
    )
    portal_admin: bool = Field(
        default=False, description="Whether POST /_portal/… may switch on faults and edit rows."
    )
    portal_faults: str = Field(
        default="[]", description="JSON list of faults to start with; see prefect/portal/README.md."
    )
    portal_tokens: str = Field(
        default="", description="Comma-separated app tokens the portal knows; empty: any."
    )
    portal_anonymous_per_minute: int = Field(
        default=0,
        ge=0,
        description="Requests a minute one client may make without an app token; 0: no limit.",
    )
    portal_gzip: bool = Field(
        default=True, description="Whether answers are compressed for clients that accept it."
    )

    @field_validator("portal_data", "portal_boundaries", "portal_cache", "portal_today", mode="before")
    @classmethod
    def _empty_is_none(cls, value: object) -> object:
        return value or None
