"""``python -m pipeline.files``: write the files of the current generation, outside a run."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Sequence

from pipeline.commands import exit_code_of
from pipeline.database import run_lock
from pipeline.files.writing import write_files


def main(arguments: Sequence[str]) -> int:
    """Run the command line; returns the exit code."""
    chosen = _parse(arguments)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    return exit_code_of(lambda: _write(chosen))


def _write(chosen: argparse.Namespace) -> None:
    with run_lock(chosen.database) as connection:
        write_files(connection, chosen.location, chosen.url)


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m pipeline.files", description=__doc__)
    setting = os.environ.get
    parser.add_argument(
        "--location", default=setting("FILES_LOCATION"), help="a folder, or s3://bucket/prefix"
    )
    parser.add_argument("--url", default=setting("FILES_URL") or "/files", help="public address of the files")
    parser.add_argument("--database", default=setting("DATABASE_LOADER_URL"), help="Postgres as the loader")
    chosen = parser.parse_args(arguments)
    for name in ("location", "database"):
        if not getattr(chosen, name):
            parser.error(f"--{name} is needed")
    return chosen


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
