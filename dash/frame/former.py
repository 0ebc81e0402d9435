"""Former addresses: where they lead now, and what their words mean here."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from data import reference
from data.filters import COUNCIL
from data.source import Source

COUNCIL_NAME = "councilName"


def current_query(source: Source, query: str) -> str:
    """The same query with ``councilName=Arleta`` as ``council=1``; an unknown name is left as it is.

    Raises DataError when nobody knows the names right now.
    """
    words = [_current(source, name, value) for name, value in parse_qsl(query, keep_blank_values=True)]
    return urlencode(words, safe=",") if COUNCIL_NAME in query else query


def _current(source: Source, name: str, value: str) -> tuple[str, str]:
    if name != COUNCIL_NAME:
        return name, value
    names = reference.names(source, COUNCIL)
    ids = next((row["ids"] for row in names if row["name"].casefold() == value.casefold()), None)
    return ("council", ",".join(map(str, ids))) if ids else (name, value)
