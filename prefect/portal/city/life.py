"""The state of each request as known on a given day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from portal.city.draw import MINUTES_A_DAY, NEVER, Block
from portal.city.facts import Integers

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Life:
    """The events so far, in minutes since 2015-01-01; ``closed`` is NEVER while the request is open.

    ``published`` is the day of the portal's own ``:updated_at``, ``first_published`` of its ``:created_at``.
    """

    updated: Integers
    closed: Integers
    first_published: Integers
    published: Integers

    @property
    def is_open(self) -> Flags:
        return np.asarray(self.closed == NEVER, dtype=np.bool_)


def seen_on(block: Block, today: int) -> Life:
    """The block as of 00:00 of ``today`` (days since 2015-01-01)."""
    now = today * MINUTES_A_DAY
    closed = np.where(block.closed < now, block.closed, NEVER)
    updated = np.where(block.handled < now, block.handled, block.created)
    updated = np.where(closed != NEVER, closed, updated)
    updated = np.where((closed != NEVER) & (block.late_update < now), block.late_update, updated)
    return Life(
        updated=updated,
        closed=closed,
        first_published=block.created // MINUTES_A_DAY + 1,
        published=updated // MINUTES_A_DAY + 1,
    )
