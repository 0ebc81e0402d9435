"""Links in a page's head to the API's feeds of its content, so that feed readers discover them."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from urllib.parse import urlencode

from data.filters import COUNCIL, TYPE

FORMS = {"atom": "application/atom+xml", "json": "application/feed+json"}
PARAMETERS = {COUNCIL.name: "council_id", TYPE.name: "type_id"}
"""Parameter of a report's URL → parameter of a feed."""


def links(api_url: str, given: Mapping[str, str]) -> str:
    """Link elements for a page with these parameters: for its council and type if it shows one, else for all.

    Empty if the address of the API is not set.
    """
    if not api_url:
        return ""
    chosen = {PARAMETERS[name]: given[name] for name in PARAMETERS if given.get(name, "").isdecimal()}
    query = f"?{urlencode(chosen)}" if chosen else ""
    feed = f"{api_url.rstrip('/')}/changes/feed"
    return "\n    ".join(
        f'<link rel="alternate" type="{media_type}" title="What changed"'
        f' href="{escape(feed)}.{form}{escape(query)}">'
        for form, media_type in FORMS.items()
    )
