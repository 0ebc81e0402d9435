"""Writes the set of files: first the files whose rows changed, the manifest last."""

from __future__ import annotations

import datetime as dt
import logging
import re
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

from pipeline.database import Connection, holds_run_lock
from pipeline.errors import FilesError, cause_text
from pipeline.files import councils, geoparquet, parquet, reference
from pipeline.files.about import about
from pipeline.files.columns import described
from pipeline.files.documents import MEDIA_TYPES, documents
from pipeline.files.leftovers import remove_replaced, remove_unfinished
from pipeline.files.location import Location, open_location
from pipeline.files.manifest import JOURNAL, NAME, Entry, Manifest, superseded
from pipeline.files.session import Session
from pipeline.files.source import Facts, snapshot
from pipeline.options import utc_now

log = logging.getLogger(__name__)
PARQUET = "application/vnd.apache.parquet"
GEOJSON = "application/geo+json"
ALL_REQUESTS = re.compile(r"requests-\d+-parquet")
"""The names of the resources that together contain every request once."""


def write_files(connection: Connection, address: str, url: str, now: dt.datetime | None = None) -> Manifest:
    """Update the files at an address (a folder, or s3://bucket/prefix) to the database's generation.

    ``url`` is their public address. The caller holds the run lock. Raises FilesError if a step fails; its
    message states whether the previous set is still the published one.
    """
    not_written = f"the files at {address} are not written"
    with _failing_as(not_written):
        location = open_location(address)
    with closing(location):
        with _failing_as(not_written):
            former, current = _write(connection, location, url.rstrip("/"), now)
        published = f"generation {current.generation} is published at {address}, but"
        with _failing_as(f"{published} some latest names still refer to earlier files"):
            location.publish(current.latest())
        with _failing_as(f"{published} replaced files are not removed"):
            _require_lock(connection)
            remove_replaced(location, former, current)
    return current


@contextmanager
def _failing_as(state: str) -> Iterator[None]:
    """Raise every error as a FilesError that states what the location now contains."""
    try:
        yield
    except Exception as error:
        cause = str(error) if isinstance(error, FilesError) else cause_text(error)
        raise FilesError(f"{state}: {cause}") from error


def _write(
    connection: Connection, location: Location, url: str, now: dt.datetime | None
) -> tuple[Manifest, Manifest]:
    """Write what changed, and the manifest; returns the former manifest and the new one."""
    _require_lock(connection)
    former = Manifest.parse(location.read(NAME))
    session = Session(location, former, Manifest.parse(location.read(JOURNAL)))
    remove_unfinished(location, former, session.reusable(), now or utc_now())
    with snapshot(connection) as facts:
        session.generation = facts.generation
        log.info("files: writing generation %d", facts.generation)
        resources = [*_requests(connection, session, facts), *_councils(connection, session)]
        resources += [_table(connection, session, table) for table in reference.TABLES]
    current = _described(session, facts, resources, url, now)
    _require_lock(connection)
    session.commit(current)
    log.info("files: generation %d, %d written", current.generation, session.written)
    return former, current


def _require_lock(connection: Connection) -> None:
    """A run that lost its lock must not replace or remove what the next run has written."""
    if not holds_run_lock(connection):
        raise FilesError("the run lock is lost, and another run may be writing the files")


def _requests(connection: Connection, session: Session, facts: Facts) -> list[Entry]:
    entries = []
    for year, known in sorted(facts.years.items(), reverse=True):
        for module, kind, title, more in (
            (parquet, "parquet", f"Requests of {year}", []),
            (geoparquet, "geoparquet", f"Requests of {year} with geometry", geoparquet.SPATIAL_FIELDS),
        ):
            wanted = _entry(f"requests-{year}-{kind}", f"{year}.{kind}", title, kind, PARQUET)
            wanted |= {
                "fingerprint": known.fingerprint,
                "type": "file",
                "schema": {"fields": [*described(facts.columns), *more]},
            }
            entry = session.write(wanted, _year_writer(connection, module.write_year, year, facts))
            # Not from the file: later loads show which days are plausible.
            entries.append(entry | {"lastDay": known.last_day})
    return entries


def _year_writer(connection: Connection, write: Callable[..., int], year: int, facts: Facts) -> Any:
    def writer(path: Any) -> dict[str, Any]:
        return {"rowCount": write(connection, year, path, facts.columns)}

    return writer


def _councils(connection: Connection, session: Session) -> list[Entry]:
    title = councils.title(connection)
    geo = _entry("councils-geoparquet", "councils.geoparquet", title, "geoparquet", PARQUET)
    plain = _entry("councils-geojson", "councils.geojson", title, "geojson", GEOJSON)
    geo |= {"type": "file", "schema": {"fields": councils.GEOPARQUET_FIELDS}}
    plain |= {"type": "file", "schema": {"fields": councils.GEOJSON_FIELDS}}
    return [
        session.write(geo, lambda path: {"rowCount": councils.write_geoparquet(connection, path)}),
        session.write(plain, lambda path: {"rowCount": councils.write_geojson(connection, path)}),
    ]


def _table(connection: Connection, session: Session, table: reference.Table) -> Entry:
    def writer(path: Any) -> dict[str, Any]:
        rows, fields = reference.write_table(connection, table, path)
        return {"rowCount": rows, "schema": {"fields": fields}}

    return session.write(_entry(table.name, f"{table.name}.csv", table.title, "csv", "text/csv"), writer)


def _entry(name: str, latest: str, title: str, kind: str, media_type: str) -> Entry:
    entry = {"name": name.replace("_", "-"), "latest": latest, "title": title, "format": kind}
    text = {} if media_type == PARQUET else {"encoding": "utf-8"}
    return entry | {"mediatype": media_type} | text


def _described(
    session: Session, facts: Facts, resources: list[Entry], url: str, now: dt.datetime | None
) -> Manifest:
    city = about(facts.city_key, facts.city_name)
    last_day = max((year.last_day for year in facts.years.values()), default="")
    rows = sum(entry["rowCount"] for entry in resources if ALL_REQUESTS.fullmatch(entry["name"]))
    loaded = facts.loaded_at.isoformat(timespec="seconds")
    figures = {
        "generation": facts.generation,
        "loaded": loaded,
        "rows": f"{rows:,}",
        "last_day": last_day,
        "first_year": min(facts.years, default=""),
    }
    pages = [
        session.write_text(name, MEDIA_TYPES[name], text)
        for name, text in documents(city, facts.columns, figures, resources, url).items()
    ]
    # Not the time at which the run began: until now, clients were given the former files.
    replaced_at = now or utc_now()
    package = {
        "name": f"{facts.city_key}-311",
        "title": city.title,
        "description": city.description,
        "keywords": list(city.keywords),
        **_origin("licenses", city.license_title, city.license_url),
        **_origin("sources", city.source_title, city.source_url),
        "version": str(facts.generation),
        "created": replaced_at.isoformat(timespec="seconds"),
        "loaded": loaded,
        "lastDay": last_day,
        "rows": rows,
        **({"lastErasure": facts.last_erasure} if facts.last_erasure else {}),
    }
    # Files from before an erasure may contain the erased request.
    is_erased = session.former.about.get("lastErasure", "") != facts.last_erasure
    gone = () if is_erased else superseded(session.former, [*resources, *pages], replaced_at)
    return Manifest(facts.generation, tuple(resources), tuple(pages), gone, package)


def _origin(name: str, title: str, url: str) -> dict[str, list[dict[str, str]]]:
    """A list of one item; empty if the city states nothing, because data packages reject empty values."""
    return {name: [{"title": title, "path": url}]} if url else {}
