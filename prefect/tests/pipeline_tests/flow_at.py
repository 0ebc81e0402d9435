"""``flow.py`` on the date of the tests' portal, whose data would otherwise age and fail the checks."""

from __future__ import annotations

import runpy
import sys
from datetime import datetime, tzinfo

from pipeline import options
from pipeline_tests.ingest_runs import NOW


class Clock(datetime):
    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        return NOW.astimezone(tz)


if __name__ == "__main__":
    options.datetime = Clock  # type: ignore[misc]
    sys.argv[0] = "flow.py"
    runpy.run_path("flow.py", run_name="__main__")
