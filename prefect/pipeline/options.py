"""The options of a run."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from pipeline.errors import SettingsError

Mode = Literal["incremental", "full", "reconcile"]
SINCE_OF_EVERYTHING = "since reads only some rows; full and reconcile need all of them"
"""Every row that was not updated since then would be retired."""


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Options:
    """``full`` reads everything and swaps in new tables; ``reconcile`` reads everything and retires rows that
    the portal no longer has; ``since`` reads from that portal update time on; ``dry_run`` changes nothing.

    Raises SettingsError if they contradict each other.
    """

    years: tuple[int, ...] = ()
    datasets: tuple[str, ...] = ()
    since: datetime | None = None
    full: bool = False
    reconcile: bool = False
    dry_run: bool = False
    now: datetime = field(default_factory=utc_now)

    def __post_init__(self) -> None:
        if self.since and self.reads_everything:
            raise SettingsError(SINCE_OF_EVERYTHING)

    @property
    def reads_everything(self) -> bool:
        return self.full or self.reconcile

    @property
    def mode(self) -> str:
        """The name of the mode in ``load_runs``."""
        chosen = "full" if self.full else "reconcile" if self.reconcile else "incremental"
        return f"{chosen} dry run" if self.dry_run else chosen
