"""``python -m portal``: serve the sample city, or a file of rows, until interrupted."""

from __future__ import annotations

import json
import logging
import signal
import sys
import tempfile
import threading
from contextlib import ExitStack
from pathlib import Path

from portal.city.publish import City
from portal.declared import GENERATED_CITY, polygons_of
from portal.faults import FaultBoard, fault_from
from portal.prepare import city_store, file_store, sample_store, utc_today
from portal.routes import Portal
from portal.server import running
from portal.settings import Settings
from portal.store import clock_from
from portal.throttle import Throttle

log = logging.getLogger("portal")


def main() -> None:
    """Serve until SIGINT or SIGTERM."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    settings = Settings()
    with ExitStack() as stack:
        try:
            portal = build_portal(settings, stack)
        except (OSError, ValueError) as error:
            sys.exit(f"The sample portal cannot start: {error}")
        server = stack.enter_context(
            running(
                portal,
                settings.portal_port,
                host=settings.portal_host,
                has_admin=settings.portal_admin,
                has_gzip=settings.portal_gzip,
            )
        )
        log.info("sample portal on %s, %d datasets", server.url, len(portal.store.datasets))
        stopped.wait()


def build_portal(settings: Settings, stack: ExitStack) -> Portal:
    """The portal that the settings describe; ``stack`` closes the resources it opens."""
    folder = settings.portal_cache or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="portal-")))
    today, key = settings.portal_today or utc_today(), settings.city
    if settings.portal_data:
        store = file_store(folder, settings.portal_data, key)
    elif key != GENERATED_CITY:
        clock = clock_from(settings.portal_today)
        store = sample_store(folder, key, settings.portal_requests, today, settings.portal_seed, clock)
    else:
        city = City(settings.portal_requests, today, today, settings.portal_seed, settings.portal_bad_share)
        store = city_store(folder, city, clock_from(settings.portal_today))
    stack.callback(store.close)
    polygons = polygons_of(key, settings.portal_boundaries)
    board = FaultBoard(fault_from(item) for item in json.loads(settings.portal_faults))
    tokens = frozenset(token for token in settings.portal_tokens.split(",") if token)
    return Portal(store, polygons, board, Throttle(settings.portal_anonymous_per_minute, tokens))


if __name__ == "__main__":
    main()
