"""Redirects of old URLs, with their parameters translated."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from data import reference
from data.filters import COUNCIL
from data.warehouse import Warehouse

COUNCIL_NAME = "councilName"


def current_query(warehouse: Warehouse, query: str) -> str:
    """The query with ``councilName=<name>`` replaced by ``council=<id>``; an unknown name is kept.

    Raises DataError while the names cannot be read.
    """
    if COUNCIL_NAME not in query:
        return query
    given = [_current(warehouse, name, value) for name, value in parse_qsl(query, keep_blank_values=True)]
    return urlencode(given, safe=",")


def _current(warehouse: Warehouse, name: str, value: str) -> tuple[str, str]:
    if name != COUNCIL_NAME:
        return name, value
    ids = {one.casefold(): ids for one, ids in reference.ids_by_name(warehouse, COUNCIL).items()}
    found = ids.get(value.casefold())
    return ("council", ",".join(map(str, found))) if found else (name, value)
