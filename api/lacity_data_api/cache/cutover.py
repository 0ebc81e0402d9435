"""The moment from which all workers serve the next generation."""

from __future__ import annotations

import math
import time
from collections.abc import Callable


class Cutover:
    """The cutover that this worker has planned, if any.

    Code that serves asks first whether it is due. A timer alone is not enough: a busy event loop runs it
    late, and serves the older generation meanwhile to clients that know the newer one from another worker.
    """

    def __init__(self) -> None:
        # In seconds since 1970.
        self.at = math.inf
        self._make: Callable[[], None] = _nothing

    def plan(self, at: float, make: Callable[[], None]) -> None:
        """Make it at that moment, in place of one that was planned before."""
        self.at, self._make = at, make

    def make_if_due(self) -> None:
        """Make the planned cutover if its moment has come."""
        if time.time() >= self.at:
            self.make()

    def make(self) -> None:
        """Make the planned cutover, if it has not been made yet."""
        make = self._make
        self.plan(math.inf, _nothing)
        make()


def _nothing() -> None:
    """No cutover is planned."""
