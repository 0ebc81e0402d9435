"""The discovery document, which lists the endpoints."""

from __future__ import annotations

from typing import Any

from fastapi import Request

from lacity_data_api.city.facts import City
from lacity_data_api.open311.formats import Format
from lacity_data_api.state import state_of

SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
# Time of the last change to the service itself, not to its data.
CHANGESET = "2026-11-27T00:00:00+00:00"
PRODUCTION_STAGES = ("prod", "production")


def document(request: Request, city: City) -> dict[str, Any]:
    """Uses the URL under which the client reached the server, unless a public URL is set."""
    settings = state_of(request).settings
    base = (settings.api_public_url or str(request.base_url)).rstrip("/")
    return {
        "changeset": CHANGESET,
        "contact": f"{city.name} 311 Data: send a message with POST {base}/feedback".strip(),
        "key_service": "No key is needed: this server is read-only. Submit requests to the city.",
        "endpoints": [
            {
                "specification": SPECIFICATION,
                "url": f"{base}/open311/v2",
                "changeset": CHANGESET,
                "type": "production" if settings.stage in PRODUCTION_STAGES else "test",
                "formats": [form.media_type.partition(";")[0] for form in Format],
            }
        ],
    }
