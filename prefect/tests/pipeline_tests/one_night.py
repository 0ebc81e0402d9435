"""``python -m pipeline_tests.one_night``: a night in a process of its own, to be killed."""

from __future__ import annotations

import json
import logging
import sys
from datetime import datetime

from pipeline.catalog import load_catalog

from pipeline import loading, night
from pipeline.config import Settings
from pipeline.download import download
from pipeline.options import Options


def main() -> None:
    """Run with the settings and options of the two JSON arguments; says "begun" when it has the lock."""
    logging.basicConfig(level="INFO")
    settings, options = Settings(**json.loads(sys.argv[1])), json.loads(sys.argv[2])
    options["now"] = datetime.fromisoformat(options["now"])
    with night.opened(settings, Options(**options), load_catalog()) as run:
        print("begun", flush=True)
        downloads = [download(order) for order in night.plan(run)]
        print("downloaded", flush=True)
        loading.merge_downloads(run, downloads)
        print("merged", flush=True)
        night.finish(run)


if __name__ == "__main__":
    main()
