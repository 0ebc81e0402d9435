"""Whether a user ever receives older data after newer data.

Every finished answer says in ``X-Data-Generation`` which load it comes from. A visitor whose page loads while
the data switches gets some answers from before and then some from after; what must never happen is an answer
that was asked for after a newer one had arrived and is older than that.
"""

from __future__ import annotations

from dataclasses import dataclass, field

HEADER = "x-data-generation"


@dataclass
class History:
    """The generations that one user has seen, oldest first."""

    # When each generation that was newer than all before was first completely received.
    arrivals: list[tuple[float, int]] = field(default_factory=list)

    def see(self, generation: int, asked: float, arrived: float) -> str:
        """Record a response; returns what is wrong with it, or an empty text. Times are in seconds."""
        newest = max((seen for when, seen in self.arrivals if when <= asked), default=generation)
        if generation > max((seen for _, seen in self.arrivals), default=-1):
            self.arrivals.append((arrived, generation))
        if generation < newest:
            return f"an answer of generation {generation} after one of generation {newest}"
        return ""

    def is_new(self, generation: int) -> bool:
        """Whether this user has not seen the generation yet."""
        return all(generation != seen for _, seen in self.arrivals)
