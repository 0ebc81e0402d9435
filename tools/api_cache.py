"""Tells the API that the data has changed without a run of the pipeline."""

from __future__ import annotations

import urllib.request
from collections.abc import Mapping

from tools import session, settings
from tools.console import say, step
from tools.local_http import open_local
from tools.paths import ENV_FILE
from tools.servers import processes

# For priming the responses of a large city.
PRIMING_SECONDS = 300
# The connections of the API end when its database is replaced.
RECONNECT_SECONDS = 30
NOT_NOTIFIED = """• No API was notified. One that is running may serve earlier data until you run
  curl -X POST -H "Authorization: Bearer $ADMIN_TOKEN" "$API_URL/status/reset-cache"{where}"""
WHERE = f"""
  with the values in {ENV_FILE}"""


def reset(values: Mapping[str, str]) -> None:
    """Make the API prime and serve the newest data. Raises OSError if it does not."""
    request = urllib.request.Request(  # noqa: S310
        f"{values['API_URL']}/status/reset-cache",
        headers={"Authorization": f"Bearer {values['ADMIN_TOKEN']}"},
        method="POST",
    )
    with open_local(request, timeout=PRIMING_SECONDS):
        pass


def serve_restored(*, is_foreign: bool) -> None:
    """Make the API of ``make up`` serve the restored data, and say what is left to do.

    ``is_foreign``: the data is in another database, whose API is unknown.
    """
    if is_foreign or not _is_served():
        say(NOT_NOTIFIED.format(where="" if is_foreign else WHERE))
    run = "Run the pipeline" if is_foreign else "Run `make ingest`"
    say(f"• {run} to write the published files, which are still those of earlier data")


def _is_served() -> bool:
    if not session.is_ready():
        return False
    with step("Making the API serve it"):
        return processes.wait_until(_is_reset, RECONNECT_SECONDS, every=1)


def _is_reset() -> bool:
    try:
        reset(settings.read(ENV_FILE))
    except OSError:
        return False
    return True
