from __future__ import annotations

import time

import pytest

from tests.support.databases import Database
from tests.support.serving import forget_everything, serve, settings_for


@pytest.mark.parametrize("seconds", [0, 0.01, 0.02, 0.04])
def test_api_that_is_told_to_stop_while_it_connects_stops(database: Database, seconds: float) -> None:
    forget_everything()
    started = time.monotonic()
    with serve(settings_for(database)):
        time.sleep(seconds)
    assert time.monotonic() - started < 10
