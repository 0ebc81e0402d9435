"""Which form of the listing a client prefers."""

from __future__ import annotations

PAGE = "text/html"
JSON = "application/json"


def wants_page(accept: str) -> bool:
    """Whether a client names HTML and likes JSON no better; programs name neither and get JSON."""
    weights = dict(_weight(part) for part in accept.split(","))
    page = weights.get(PAGE, 0.0)
    return page > 0 and page >= weights.get(JSON, 0.0)


def _weight(part: str) -> tuple[str, float]:
    media_type, *parameters = (piece.strip().lower() for piece in part.split(";"))
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return media_type, float(parameter[2:])
            except ValueError:
                return media_type, 0.0
    return media_type, 1.0
