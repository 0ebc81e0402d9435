"""The plan of a run: the values that planning passes to the downloads and the merge."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from pipeline.boundaries import Boundaries
from pipeline.city import City
from pipeline.declaration import Dataset
from pipeline.errors import DataError, IngestError, PortalError, TokenError
from pipeline.options import Options

BEGINNING = ""
FEW_ROWS = 20
"""Up to this many deleted or rejected rows never stop a run, regardless of their share."""


@dataclass(frozen=True)
class Watermark:
    """The last row of a dataset that a merged run has read, and how many rows the portal had then."""

    source_updated_at: datetime
    source_row_id: str
    source_row_count: int


@dataclass(frozen=True)
class DatasetState:
    """The state of a dataset in the database."""

    watermark: Watermark | None = None
    missing_columns: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Reading:
    """What to read from one dataset. ``start`` is a portal time, or empty for everything.

    ``total`` and ``newest`` are the portal's row count and its newest update time; ``expected`` is the number
    of rows to read. ``columns`` maps a column of ``requests`` to the portal's, ``missing`` lists those that
    the portal lost, ``added`` those that no schema names. ``lost`` counts the rows that disappeared.
    ``kept`` lists the portal's columns that keep their own names, ``lost_kept`` those of them that it lost.
    ``window`` is the condition for the chosen years, if the dataset has other years too; such a reading is
    partial.
    """

    dataset: Dataset
    start: str
    total: int
    newest: datetime | None
    expected: int
    columns: Mapping[str, str]
    missing: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    is_due: bool = True
    known: DatasetState = DatasetState()
    lost: int = 0
    transport: str = ""
    kept: tuple[str, ...] = ()
    lost_kept: tuple[str, ...] = ()
    window: str = ""

    @property
    def lost_columns(self) -> tuple[str, ...]:
        """Every column that the portal lost: those of ``requests``, and those that kept their own names."""
        return (*self.missing, *self.lost_kept)

    @property
    def known_newest(self) -> datetime | None:
        """The newest update time that a merged run has read."""
        return self.known.watermark.source_updated_at if self.known.watermark else None

    @property
    def known_total(self) -> int:
        """The number of rows that the portal had when a merged run last read the dataset."""
        return self.known.watermark.source_row_count if self.known.watermark else 0

    @property
    def is_seamless(self) -> bool:
        """Whether it starts no later than where the last merged run ended, so that no rows are left out."""
        start = from_portal(self.start)
        if self.window:
            return False
        return start is None or (self.known_newest is not None and start <= self.known_newest)

    @property
    def where(self) -> str:
        since = f":updated_at >= '{self.start}'" if self.start else ""
        return " AND ".join(condition for condition in (since, self.window) if condition)


@dataclass(frozen=True)
class SkippedDataset:
    """A dataset that this run skips, and why; the next run retries it."""

    dataset: Dataset
    error: IngestError

    @property
    def message(self) -> str:
        return f"{self.error.category}: {self.error}"


@dataclass(frozen=True)
class Plan:
    """The plan of a run: datasets to read, skipped datasets, and notices so far."""

    load_run_id: int
    options: Options
    city: City
    readings: tuple[Reading, ...]
    skipped: tuple[SkippedDataset, ...]
    boundaries: Boundaries | None
    notices: tuple[str, ...]
    started_at: datetime

    @property
    def due(self) -> tuple[Reading, ...]:
        return tuple(reading for reading in self.readings if reading.is_due)

    def skipping(self, skipped: Iterable[SkippedDataset]) -> Plan:
        """This plan without the datasets that could not be downloaded.

        Raises the error of the first one if nothing is left.
        """
        more = tuple(skipped)
        ids = {skip.dataset.id for skip in more}
        kept = tuple(reading for reading in self.readings if reading.dataset.id not in ids)
        return replace(self, readings=kept, skipped=(*self.skipped, *more)).checked()

    def checked(self) -> Plan:
        """This plan. Raises the error of the first skipped dataset if all of them are skipped."""
        if self.skipped and not self.readings:
            raise self.skipped[0].error
        return self


def concerns_one_dataset(error: BaseException) -> bool:
    """Whether an error concerns only the dataset that was read, so that the others can be loaded."""
    return isinstance(error, (PortalError, DataError)) and not isinstance(error, TokenError)


def portal_time(moment: datetime) -> str:
    """A time in the portal's format of update times: UTC, milliseconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def from_portal(text: str | None) -> datetime | None:
    """Parses a portal time. Raises PortalError if it is invalid."""
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError as error:
        raise PortalError(f"the portal's update time {text!r} is not a time") from error
