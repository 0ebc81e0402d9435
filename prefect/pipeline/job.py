"""The context of a merge."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.city import City
from pipeline.config import Settings
from pipeline.database import Connection
from pipeline.download import Download
from pipeline.plan import Plan, Reading
from pipeline.rollups import NO_ROLLUPS, RollupCatalog
from pipeline.staging import Staging


@dataclass(frozen=True)
class Job:
    """A merge: its connection, plan, downloads and rollups; the rollups are known in its transaction only."""

    connection: Connection
    plan: Plan
    downloads: tuple[Download, ...]
    settings: Settings
    catalog: RollupCatalog = NO_ROLLUPS

    @property
    def city(self) -> City:
        return self.plan.city

    @property
    def staging(self) -> Staging:
        return Staging(self.plan.load_run_id)

    @property
    def readings(self) -> tuple[Reading, ...]:
        """The datasets that were read; those without changes were not."""
        return tuple(download.reading for download in self.downloads if download.reading.is_due)

    @property
    def read_ids(self) -> list[str]:
        return [reading.dataset.id for reading in self.readings]

    @property
    def complete_ids(self) -> list[str]:
        """Datasets that were read in full, so that stored rows missing from them are gone."""
        return self.whole_reading_ids if self.plan.options.reads_everything else []

    @property
    def whole_reading_ids(self) -> list[str]:
        """Datasets that were limited neither to chosen years nor to recent updates."""
        return [reading.dataset.id for reading in self.readings if not reading.where]

    @property
    def whole_ids(self) -> list[str]:
        """Datasets of which every row was read, such as one that was republished with new update times."""
        return [reading.dataset.id for reading in self.readings if reading.expected >= reading.total > 0]
