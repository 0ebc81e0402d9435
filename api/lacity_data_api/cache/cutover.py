"""The time at which all workers switch to the next generation."""

from __future__ import annotations

import math
import time
from collections.abc import Callable


class Cutover:
    """The cutover that this worker has planned, if any.

    Code that serves responses first checks whether it is due. A timer alone is not enough: a busy event loop
    fires it late, and until then would serve the older generation to clients that have already received the
    newer one from another worker.
    """

    def __init__(self) -> None:
        # Unix time in seconds.
        self.at = math.inf
        self._make: Callable[[], None] = _nothing

    def plan(self, at: float, make: Callable[[], None]) -> None:
        """Plan the cutover for this time; it replaces any cutover planned before."""
        self.at, self._make = at, make

    def make_if_due(self) -> None:
        """Carry out the planned cutover if it is due."""
        if time.time() >= self.at:
            self.make()

    def make(self) -> None:
        """Carry out the planned cutover, unless that has already been done."""
        make = self._make
        self.plan(math.inf, _nothing)
        make()


def _nothing() -> None:
    """Stands in for a cutover while none is planned."""
