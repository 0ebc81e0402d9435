"""The portal's settings, from the environment."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    """Read from variables of the same names in capitals."""

    portal_port: int = Field(5600, description="Port of the sample portal.")
    portal_host: str = Field("127.0.0.1", description="Address the sample portal listens on.")
    portal_data: Path | None = Field(None, description="A JSON file of rows to serve in place of the sample city.")
    portal_boundaries: Path | None = Field(
        None, description="A GeoJSON file to serve in place of the approximate council polygons."
    )
    portal_requests: int = Field(50_000, ge=0, le=50_000_000, description="Requests of the sample city.")
    portal_seed: int = Field(311, ge=0, description="Another number, another city.")
    portal_today: date | None = Field(
        None, description="The day the sample city is seen on (default: today); its requests end the day before."
    )
    portal_bad_share: float = Field(
        0.005, ge=0, le=1, description="Share of damaged rows in the sample city, each kind as often as the others."
    )
    portal_cache: Path | None = Field(
        None, description="Folder that keeps the made city, so that a restart is instant; default: a temporary one."
    )
    portal_admin: bool = Field(False, description="Whether POST /_portal/… may switch on faults and edit rows.")
    portal_faults: str = Field("[]", description="JSON list of faults to start with; see prefect/portal/README.md.")
    portal_tokens: str = Field("", description="Comma-separated app tokens the portal knows; empty: any.")
    portal_anonymous_per_minute: int = Field(
        0, ge=0, description="Requests a minute one client may make without an app token; 0: no limit."
    )
    portal_gzip: bool = Field(True, description="Whether answers are compressed for clients that accept it.")
