"""The running portal, as a process and inside a test."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import date
from pathlib import Path

from portal import sample
from portal.city.bad_rows import DEFAULT_BAD_SHARE
from portal.city.publish import City, publish_city
from portal.controller import Controller
from portal.declared import GENERATED_CITY, datasets_of, polygons_of, sample_of
from portal.faults import Fault, FaultBoard
from portal.files import load_file, load_rows
from portal.handler import PortalServer
from portal.prepare import utc_today
from portal.routes import Portal
from portal.store import Store, clock_from
from portal.throttle import Throttle


@contextmanager
def serve(
    *,
    rows: int = 2_000,
    today: date | None = None,
    anchor: date | None = None,
    seed: int = 311,
    data: Path | None = None,
    city: str = GENERATED_CITY,
    boundaries_file: Path | None = None,
    bad_share: float = DEFAULT_BAD_SHARE,
    faults: Iterable[Fault] = (),
    throttle: Throttle | None = None,
    has_admin: bool = False,
    has_gzip: bool = True,
    port: int = 0,
) -> Iterator[tuple[str, Controller]]:
    """A portal on a free local port while the block runs; yields its address and its controller.

    Serves ``rows`` generated requests of ``city`` up to the day before ``today``, or the rows of the file
    ``data``. With the same ``anchor`` (default: today), a later ``today`` shows the same city later on. If
    ``today`` is given, it is also the day on which rows are edited, regardless of the system clock.
    """
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="portal-"))
        store = stack.enter_context(closing(Store(Path(folder) / "portal.sqlite", clock_from(today))))
        day = today or utc_today()
        if data is not None:
            load_file(store, data, datasets_of(city) if city != GENERATED_CITY else None)
        elif city != GENERATED_CITY:
            load_rows(store, sample.rows(sample_of(city), rows, day, seed), datasets_of(city))
        else:
            publish_city(store, City(rows, day, anchor or day, seed, bad_share))
        polygons = polygons_of(city, boundaries_file)
        portal = Portal(store, polygons, FaultBoard(faults), throttle or Throttle())
        with running(portal, port, has_admin=has_admin, has_gzip=has_gzip) as server:
            yield server.url, server.controller


@contextmanager
def running(
    portal: Portal, port: int, *, host: str = "127.0.0.1", has_admin: bool, has_gzip: bool
) -> Iterator[PortalServer]:
    """The server, running in its own thread until the block ends."""
    server = PortalServer((host, port), portal, has_admin=has_admin, has_gzip=has_gzip)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
