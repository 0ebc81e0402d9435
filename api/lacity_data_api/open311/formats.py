"""The two formats of every response, created from the same values."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from xml.sax.saxutils import escape

import orjson

from lacity_data_api.open311.times import to_instant

DECLARATION = '<?xml version="1.0" encoding="utf-8"?>\n'
# Characters that no XML document may contain, not even as a reference.
FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# Elements of lists are named in the singular.
SINGULAR = {
    "services": "service",
    "service_requests": "request",
    "attributes": "attribute",
    "endpoints": "endpoint",
    "formats": "format",
    "notes": "note",
    "errors": "error",
}
TIMES = frozenset(
    {"requested_datetime", "updated_datetime", "expected_datetime", "closed_datetime", "datetime"}
)


class Format(StrEnum):
    """The suffix of a path."""

    JSON = "json"
    XML = "xml"

    @property
    def media_type(self) -> str:
        """The value of the Content-Type header."""
        return {"json": "application/json", "xml": "text/xml"}[self] + "; charset=utf-8"


def write(content: Any, root: str, form: Format) -> bytes:
    """The content in this format; JSON has no root element."""
    if form is Format.JSON:
        return orjson.dumps(content)
    return f"{DECLARATION}{_element(root, content)}".encode()


def _element(name: str, content: Any) -> str:
    inner = _inner(name, content)
    return f"<{name}>{inner}</{name}>" if inner else f"<{name}/>"


def _inner(name: str, content: Any) -> str:
    if isinstance(content, dict):
        return "".join(_element(key, value) for key, value in content.items())
    if isinstance(content, list):
        return "".join(_element(SINGULAR[name], item) for item in content)
    if content is None:
        return ""
    if isinstance(content, bool):
        return str(content).lower()
    return escape(FORBIDDEN.sub("\ufffd", str(content)), {"\r": "&#13;"})


@dataclass(frozen=True)
class Rendering:
    """Converts the JSON of a statement, with published times, to the body of a response."""

    root: str
    form: Format
    zone: dt.tzinfo

    def __call__(self, body: bytes) -> bytes:
        return write(self._dated(orjson.loads(body)), self.root, self.form)

    def _dated(self, content: Any) -> Any:
        """The content with an offset after every time, and without characters that XML forbids."""
        if isinstance(content, str):
            return FORBIDDEN.sub("\ufffd", content)
        if isinstance(content, list):
            return [self._dated(item) for item in content]
        if not isinstance(content, dict):
            return content
        return {
            name: to_instant(value, self.zone) if name in TIMES and value else self._dated(value)
            for name, value in content.items()
        }
