"""``python -m pipeline_tests.one_run``: a run in a separate process, which can be killed."""

from __future__ import annotations

import json
import logging
import sys
from datetime import datetime

from pipeline import runs
from pipeline.config import Settings
from pipeline.download import assignments, download, gathered
from pipeline.merge import merge
from pipeline.options import Options
from pipeline.planning import make_plan
from pipeline_tests.ingest_runs import tolerant


def main() -> None:
    """Run with the settings and options in the two JSON arguments; prints "begun" once it has the lock."""
    logging.basicConfig(level="INFO")
    settings, options = Settings(**json.loads(sys.argv[1])), json.loads(sys.argv[2])
    options["now"] = datetime.fromisoformat(options["now"])
    with runs.open_run(settings, Options(**options), tolerant()) as run:
        print("begun", flush=True)
        plan = make_plan(run)
        planned = assignments(plan, settings)
        plan, downloads = gathered(plan, planned, [download(assignment) for assignment in planned])
        runs.note_plan(run, plan)
        print("downloaded", flush=True)
        merge(run.connection, plan, downloads, settings)
        print("merged", flush=True)
        runs.finish(run)


if __name__ == "__main__":
    main()
