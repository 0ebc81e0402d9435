"""What a run will read: the values that planning hands to the downloads and the merge."""

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
"""So few rows gone or rejected never stop a run, whatever their share."""


@dataclass(frozen=True)
class Watermark:
    """The last row that a merged run has seen of a dataset, and how many rows the portal had then."""

    source_updated_at: datetime
    source_row_id: str
    source_row_count: int


@dataclass(frozen=True)
class Known:
    """What the database remembers of a dataset."""

    watermark: Watermark | None = None
    missing_columns: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Reading:
    """What to read of one dataset. ``start`` is a portal time, or empty for everything.

    ``total`` and ``newest`` are the portal's count of rows and its newest update time; ``expected`` rows are
    to be read. ``columns`` maps a column of ``requests`` to the portal's, ``missing`` are those that it
    lost, ``added`` those that no schema names. ``lost`` is how many rows fewer the portal has than before.
    ``kept`` are the portal's columns that stay under their own names. ``window`` is the condition of the
    chosen years, where the dataset has others too; such a reading is a part.
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
    known: Known = Known()
    lost: int = 0
    transport: str = ""
    kept: tuple[str, ...] = ()
    window: str = ""

    @property
    def known_newest(self) -> datetime | None:
        """The newest update time that a merged run has seen."""
        return self.known.watermark.source_updated_at if self.known.watermark else None

    @property
    def known_total(self) -> int:
        """How many rows the portal had then."""
        return self.known.watermark.source_row_count if self.known.watermark else 0

    @property
    def is_seamless(self) -> bool:
        """Whether it begins no later than the last merged run ended: else rows between are still unread."""
        start = from_portal(self.start)
        if self.window:
            return False
        return start is None or (self.known_newest is not None and start <= self.known_newest)

    @property
    def where(self) -> str:
        since = f":updated_at >= '{self.start}'" if self.start else ""
        return " AND ".join(condition for condition in (since, self.window) if condition)


@dataclass(frozen=True)
class Skipped:
    """A dataset that this run leaves as it is, and why; the next run tries it again."""

    dataset: Dataset
    error: IngestError

    @property
    def message(self) -> str:
        return f"{self.error.who}: {self.error}"


@dataclass(frozen=True)
class Plan:
    """A run from here on: what is read, what is skipped, and what is worth a notice already."""

    load_run_id: int
    options: Options
    city: City
    readings: tuple[Reading, ...]
    skipped: tuple[Skipped, ...]
    boundaries: Boundaries | None
    notices: tuple[str, ...]
    started_at: datetime

    @property
    def due(self) -> tuple[Reading, ...]:
        return tuple(reading for reading in self.readings if reading.is_due)

    def skipping(self, skipped: Iterable[Skipped]) -> Plan:
        """This plan without the datasets that could not be downloaded.

        Raises the first one's error when nothing is left.
        """
        more = tuple(skipped)
        ids = {skip.dataset.id for skip in more}
        kept = tuple(reading for reading in self.readings if reading.dataset.id not in ids)
        return replace(self, readings=kept, skipped=(*self.skipped, *more)).checked()

    def checked(self) -> Plan:
        """This plan. Raises the first skipped dataset's error when there is no other dataset."""
        if self.skipped and not self.readings:
            raise self.skipped[0].error
        return self


def is_of_one_dataset(error: BaseException) -> bool:
    """Whether an error concerns the dataset alone that was read, so that the others can be loaded."""
    return isinstance(error, (PortalError, DataError)) and not isinstance(error, TokenError)


def portal_time(moment: datetime) -> str:
    """A time as the portal writes its own update times: UTC, milliseconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def from_portal(text: str | None) -> datetime | None:
    """The moment of a portal's text. Raises PortalError when it is none."""
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError as error:
        raise PortalError(f"the portal's update time {text!r} is not a time") from error
