"""``python -m attack_runs.watch SECONDS``: checks invariants of the attacked database at any moment."""

from __future__ import annotations

import sys
import time

from pipeline_tests.victims import watched

from attack_runs.lines import count, violation
from attack_runs.places import Places
from attack_runs.storm import ATTACKED

SUBJECT = "database checks"
REPORT_SECONDS = 5


def main() -> None:
    """Check until the time is over; every check is one statement, and therefore one snapshot."""
    deadline, looks, told = time.monotonic() + float(sys.argv[1]), 0, 0
    with watched(Places.given().database(ATTACKED), pause_seconds=0.05) as watch:
        while time.monotonic() < deadline:
            time.sleep(min(REPORT_SECONDS, max(0.01, deadline - time.monotonic())))
            count(SUBJECT, "checks", watch.looks - looks)
            looks = watch.looks
            for problem in watch.problems[told:]:
                violation(SUBJECT, problem)
                told += 1
    count(SUBJECT, "states", len(watch.states))


if __name__ == "__main__":
    main()
