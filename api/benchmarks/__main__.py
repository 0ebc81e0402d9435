"""``python -m benchmarks``: measure the API on the city in DATABASE_URL, which ``make bench`` creates."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from benchmark_figures import write

from benchmarks import history, measure, pages, tiles


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    chosen = parser.parse_args()
    dsn = os.environ["DATABASE_URL"]
    history.fill(dsn)
    figures = []
    for kind in (measure.rates(), measure.cold(dsn), pages.deep(dsn), measure.warm(dsn), tiles.figures(dsn)):
        for figure in kind:
            print(figure.line(), flush=True)
            figures.append(figure)
    write(figures, chosen.json)


if __name__ == "__main__":
    main()
