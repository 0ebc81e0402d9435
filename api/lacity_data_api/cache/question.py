"""What is asked: a route, its parameters in one spelling, and the query that answers it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

import orjson

from lacity_data_api.queries import Query

DAY_SECONDS = 86_400
# Parameters are free, so that answers to them must not pile up.
FREE_SECONDS = 600
LONGEST_PARAMETERS = 200


@dataclass(frozen=True)
class Question:
    """One question; equal ones have equal keys, however the request spelled them."""

    route: str
    query: Query
    parameters: dict[str, Any] = field(default_factory=dict)
    ttl_seconds: int = FREE_SECONDS
    # Cheap answers to any of millions of keys stay in the process.
    is_shared: bool = True
    # False when a default depends on the day: tomorrow the same bytes ask for something else.
    is_lasting: bool = True
    # Path and query before the cursor of the next page.
    next_page: str = ""
    missing: str = "Item not found"

    def key(self, generation: int, database: str) -> str:
        """The key in Redis, of bounded length."""
        given = {name: value for name, value in self.parameters.items() if value is not None}
        told = orjson.dumps(given, default=list, option=orjson.OPT_SORT_KEYS).decode() if given else ""
        if len(told) > LONGEST_PARAMETERS:
            told = hashlib.blake2b(told.encode(), digest_size=20).hexdigest()
        return f"311:{generation}:{database}:{self.route}:{told}"
