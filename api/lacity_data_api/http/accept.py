"""Content negotiation: the form of a response that a client prefers, by its Accept header."""

from __future__ import annotations

PAGE = "text/html"
JSON = "application/json"


def wants_page(accept: str) -> bool:
    """Whether a client lists HTML and does not prefer JSON; programs list neither and get JSON."""
    return prefers(accept, PAGE, JSON)


def prefers(accept: str, media_type: str, default: str) -> bool:
    """Whether the Accept header lists this media type and does not prefer the default one."""
    weights = dict(_weight(part) for part in accept.split(","))
    weight = weights.get(media_type, 0.0)
    return weight > 0 and weight >= weights.get(default, 0.0)


def _weight(part: str) -> tuple[str, float]:
    media_type, *parameters = (piece.strip().lower() for piece in part.split(";"))
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return media_type, float(parameter[2:])
            except ValueError:
                return media_type, 0.0
    return media_type, 1.0
