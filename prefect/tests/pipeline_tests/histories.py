"""Random histories of a small portal: rows appear, change, arrive late and are repeated."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from pipeline.boundaries import Boundaries
from pipeline.city import City
from pipeline.config import Settings
from pipeline.database import connect
from pipeline.declaration import Dataset
from pipeline.download import Download
from pipeline.merge import merge
from pipeline.options import Options
from pipeline.plan import Plan, Reading
from pipeline.result import MergeResult
from pipeline.runs import finish, open_run
from pipeline.staging import PageLoader, Staging
from pipeline_tests.ingest_runs import NOW

FIRST_STAMP = datetime(2026, 11, 1, tzinfo=UTC)
NUMBERS = [f"1-{number}" for number in range(8)]
TYPES = ["Bulky Items", "Information-Only", "Illegal Dumping Item Pickup", "Space Debris", None]
SOURCES = ["Call", "Driver Self Report", "Driver Self Reported", None]
PLACES = [("34.05", "-118.25"), ("34.20", "-118.45"), (None, None), ("0", "0"), ("34.1", None)]
COUNCILS = ["6", "52", "65", "0", "9999", None]
TIMES = ["2026-03-01T00:00:00.000", "2026-03-01T23:59:59.000", "2026-03-02T12:00:00.000"]
CLOSINGS = [None, "2026-03-01T23:00:00.000", "2026-03-05T08:00:00.000", "2026-02-01T08:00:00.000"]


@dataclass(frozen=True)
class Row:
    """A published row; its ``id`` stays when it changes, ``stamp`` counts minutes and only increases."""

    id: int
    srnumber: str
    stamp: int
    content: tuple[tuple[str, str | None], ...]

    @property
    def fields(self) -> dict[str, str | None]:
        moment = FIRST_STAMP + timedelta(minutes=self.stamp)
        own = {"source_row_id": f"row-{self.id:03}", "source_updated_at": moment.isoformat()}
        return {**own, "srnumber": self.srnumber, **dict(self.content)}


@dataclass
class History:
    """The rows that each run reads, and those that the portal has in the end."""

    runs: list[list[Row]] = field(default_factory=list)
    portal: dict[int, Row] = field(default_factory=dict)


CONTENT = st.fixed_dictionaries(
    {
        "requesttype": st.sampled_from(TYPES),
        "owner": st.sampled_from(["BOS", "LASAN - LSD", "Bureau of Tests", None]),
        "requestsource": st.sampled_from(SOURCES),
        "status": st.sampled_from(["Open", "Closed", "Duplicate Confirm", "O'Brien", None]),
        "createddate": st.sampled_from(TIMES),
        "closeddate": st.sampled_from(CLOSINGS),
        "nc": st.sampled_from(COUNCILS),
        "cd": st.sampled_from(["1", "15", "0", "99999", None]),
        "outcome": st.sampled_from(["DUP-Duplicate", "Completed", None]),
        "place": st.sampled_from(PLACES),
    }
)


@st.composite
def content(draw: st.DrawFn) -> tuple[tuple[str, str | None], ...]:
    drawn = draw(CONTENT)
    latitude, longitude = drawn.pop("place")
    return (*drawn.items(), ("latitude", latitude), ("longitude", longitude))


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Up to four runs; a run misses some rows (they arrive late) and repeats some old ones."""
    history, stamp, held_back = History(), 0, []
    for _ in range(draw(st.integers(1, 4))):
        read = held_back
        held_back = []
        for _ in range(draw(st.integers(0, 6))):
            # Many rows of the real portal share one update time.
            stamp += draw(st.integers(0, 1))
            row = _next_row(draw, history, stamp)
            history.portal[row.id] = row
            (held_back if draw(st.integers(0, 4)) == 0 else read).append(row)
        repeats = (
            draw(st.lists(st.sampled_from(list(history.portal.values())), max_size=3))
            if history.portal
            else []
        )
        history.runs.append(draw(st.permutations([*read, *repeats])))
    history.runs.append(held_back)
    return history


def _next_row(draw: st.DrawFn, history: History, stamp: int) -> Row:
    """An update of a row, a second row for a number, or a new number."""
    known = list(history.portal.values())
    if known and draw(st.booleans()):
        old = draw(st.sampled_from(known))
        # A row that changes gets a later update time than before.
        return replace(old, stamp=max(stamp, old.stamp + 1), content=draw(content()))
    return Row(len(known), draw(st.sampled_from(NUMBERS)), stamp, draw(content()))


def as_csv(names: Iterable[str], rows: Iterable[Mapping[str, object]]) -> bytes:
    """The rows as the portal would send them: quoted, with nothing at all for a missing value."""
    out = io.StringIO()
    names = list(names)
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n").writerow(names)
    for row in rows:
        out.write(",".join(_quoted(row.get(name)) for name in names) + "\n")
    return out.getvalue().encode()


def _quoted(value: object) -> str:
    return "" if value is None else '"' + str(value).replace('"', '""') + '"'


DATASET = Dataset(
    id="2cy6-i7zn",
    title="histories",
    schema="cases",
    first_day=datetime(2026, 1, 1, tzinfo=UTC).date(),
    last_day=datetime(2026, 12, 31, tzinfo=UTC).date(),
)
COLUMNS = (
    "srnumber",
    "requesttype",
    "owner",
    "requestsource",
    "status",
    "createddate",
    "closeddate",
    "nc",
    "cd",
    "outcome",
)


def load(
    settings: Settings,
    city: City,
    rows: list[Row],
    dataset: Dataset = DATASET,
    *,
    is_whole: bool = False,
    unread: int = 0,
    boundaries: Boundaries | None = None,
    **options: Any,
) -> MergeResult:
    """A run that reads exactly these rows, through the real staging and merge.

    ``is_whole``: these are all rows that the portal has in the dataset. ``unread``: rows that it has but that
    could not be found.
    """
    columns = {name: name for name in (*COLUMNS, "latitude", "longitude")}
    reading = Reading(dataset, "", len(rows) + unread + (not is_whole), None, len(rows), columns)
    chosen = Options(**{"now": NOW, **options})
    return _load(settings, city, reading, [row.fields for row in rows], chosen, boundaries, unread)


def load_published(
    settings: Settings, city: City, dataset_id: str, rows: Sequence[Mapping[str, object]]
) -> MergeResult:
    """A run that reads these rows, in the portal's own columns; the last row of a number is the newest."""
    (dataset,) = city.chosen(ids=[dataset_id])
    columns = {name: sources[0] for name, sources in city.schemas[dataset.schema_name].columns.items()}
    fields = [
        {name: row.get(source) for name, source in columns.items()}
        | {"source_row_id": f"row-{at:06}", "source_updated_at": FIRST_STAMP + timedelta(seconds=at)}
        for at, row in enumerate(rows)
    ]
    reading = Reading(dataset, "", len(rows), None, len(rows), columns)
    return _load(settings, city, reading, fields, Options(now=NOW))


def _load(
    settings: Settings,
    city: City,
    reading: Reading,
    rows: Sequence[Mapping[str, object]],
    options: Options,
    boundaries: Boundaries | None = None,
    unread: int = 0,
) -> MergeResult:
    with open_run(settings, options, city) as run:
        with connect(settings.database_loader_url, "test") as connection:
            loader = PageLoader(connection, Staging(run.load_run_id), reading, city, NOW)
            loader.prepare()
            loader.copy(iter([as_csv(loader.column_names, rows)]))
            page = loader.stage()
        counts = {name: page[name] for name in Download(reading).counts}
        download = Download(
            reading, counts, page["newest"], last_row_id="row", unread=unread, total=reading.total
        )
        plan = Plan(run.load_run_id, options, city, (reading,), (), boundaries, (), run.started_at)
        result = merge(run.connection, plan, (download,), settings)
        finish(run)
    return result


PLAIN = {
    "requesttype": "Bulky Items",
    "owner": "BOS",
    "requestsource": "Call",
    "status": "Open",
    "createddate": "2026-11-20T09:00:00.000",
    "nc": "52",
    "latitude": "34.05",
    "longitude": "-118.25",
}


def plain_row(number: int, stamp: int = 1, row_id: int | None = None, **fields: str | None) -> Row:
    """An ordinary request of November 20, 2026, except for the given fields."""
    content = tuple((PLAIN | fields).items())
    return Row(number if row_id is None else row_id, f"1-{number}", stamp, content)
