"""Content negotiation: the form of a response that a client prefers, by its Accept header."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.datastructures import Headers

PAGE = "text/html"
JSON = "application/json"


def list_header(headers: Headers, name: str) -> str:
    """All lines of a header whose value is a list, as one line (RFC 9110 5.3); empty if there is none."""
    return ", ".join(headers.getlist(name))


def raw_list_header(headers: Headers, name: str) -> bytes:
    """The same as bytes, as they were received."""
    return list_header(headers, name).encode("latin-1")


def wants_page(accept: str) -> bool:
    """Whether a client prefers HTML to JSON; programs that accept anything get JSON."""
    return prefers(accept, PAGE, JSON)


def prefers(accept: str, media_type: str, default: str) -> bool:
    """Whether the Accept header prefers this media type to the default one (RFC 9110 12.5.1).

    Of two that it accepts equally, the default is preferred unless the header lists the other by name.
    """
    weights = dict(_weight(part) for part in accept.split(","))
    weight, default_weight = _weight_of(media_type, weights), _weight_of(default, weights)
    return weight > default_weight or (weight == default_weight > 0 and media_type in weights)


def _weight_of(media_type: str, weights: Mapping[str, float]) -> float:
    """The weight of the most specific range that includes this type."""
    ranges = (media_type, f"{media_type.partition('/')[0]}/*", "*/*")
    return next((weights[name] for name in ranges if name in weights), 0.0)


def _weight(part: str) -> tuple[str, float]:
    media_type, *parameters = (piece.strip().lower() for piece in part.split(";"))
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return media_type, float(parameter[2:])
            except ValueError:
                return media_type, 0.0
    return media_type, 1.0
