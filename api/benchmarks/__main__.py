"""``python -m benchmarks``: the API on the city in DATABASE_URL, which ``--build ROWS`` makes."""

from __future__ import annotations

import argparse
import datetime as dt
import os
from pathlib import Path

from benchmarks import city, measure
from benchmarks.figures import write


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--build", type=int, metavar="ROWS", help="fill an empty database with this many requests"
    )
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    chosen = parser.parse_args()
    dsn = os.environ["DATABASE_URL"]
    if chosen.build:
        city.build(dsn, chosen.build, dt.datetime.now(dt.UTC).date() - dt.timedelta(days=1))
        return
    figures = []
    for kind in (measure.rates(), measure.cold(dsn), measure.warm(dsn)):
        for figure in kind:
            print(figure.line(), flush=True)
            figures.append(figure)
    write(figures, chosen.json)


if __name__ == "__main__":
    main()
