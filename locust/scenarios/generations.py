"""Checks whether a user ever receives older data after newer data.

Every cached response states its generation in ``X-Data-Generation``. A page that loads during a cutover may
receive old responses and then new ones, but a request sent after a new response must not get an old one.
"""

from __future__ import annotations

from dataclasses import dataclass, field

HEADER = "x-data-generation"


@dataclass
class History:
    """The generations that one user has seen, oldest first."""

    # When each new highest generation was first received completely.
    arrivals: list[tuple[float, int]] = field(default_factory=list)

    def see(self, generation: int, sent: float, arrived: float) -> str:
        """Record a response; returns what is wrong with it, or an empty text. Times are in seconds."""
        newest = max((seen for when, seen in self.arrivals if when <= sent), default=generation)
        if generation > max((seen for _, seen in self.arrivals), default=-1):
            self.arrivals.append((arrived, generation))
        if generation < newest:
            return f"a response of generation {generation} after one of generation {newest}"
        return ""

    def is_new(self, generation: int) -> bool:
        """Whether this user has not seen the generation yet."""
        return all(generation != seen for _, seen in self.arrivals)
