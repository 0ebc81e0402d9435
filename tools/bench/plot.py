"""Plots how cost grows with the number of requests, as ``docs/growth.svg``, in the tools' environment."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tools.bench import history
from tools.bench.history import Run
from tools.paths import ROOT

FILE = ROOT / "docs" / "growth.svg"
LIMIT = "limit: "
# Title, unit, and for each line its label and a part of the figure's name.
PANELS = (
    (
        "An ingest run of 20,000 changes",
        "s",
        {"merge": "of 20,000 changed rows", "bare SQL": LIMIT + "of 20,000 changed rows"},
    ),
    (
        "Uncached responses",
        "ms",
        {
            "a month of requests": "one month, cold",
            "hot spots": "hotspots, cold",
            "stats by type": "/types/stats, cold",
        },
    ),
    ("Memory", "MB", {"API worker": "memory of an API", "loading process": "memory of a loading"}),
)


def points(runs: Mapping[int, Run], part: str) -> list[tuple[int, float]]:
    """Rows and value of the figure whose name contains this part; with ``limit: ``, its limit."""
    name = part.removeprefix(LIMIT)
    found = {rows: [one for one in run.figures if name in one.work] for rows, run in runs.items()}
    return [
        (rows, figures[0].limit if name != part else figures[0].value)
        for rows, figures in found.items()
        if figures
    ]


def draw(runs: Mapping[int, Run], file: Path = FILE) -> None:
    """Write the picture; the same figures give the same file."""
    mpl.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "311", "font.size": 8})
    figure = Figure(figsize=(10, 3), layout="constrained")
    for axes, panel in zip(figure.subplots(1, len(PANELS)), PANELS, strict=True):
        _draw_panel(axes, runs, *panel)
    figure.savefig(file, metadata={"Date": None})


def _draw_panel(axes: Axes, runs: Mapping[int, Run], title: str, unit: str, lines: Mapping[str, str]) -> None:
    for label, part in lines.items():
        found = points(runs, part)
        axes.plot([rows / 1e6 for rows, _ in found], [value for _, value in found], marker="o", label=label)
    axes.set(title=title, xlabel="million requests", ylabel=unit, xlim=(0, None), ylim=(0, None))
    axes.legend()
    axes.grid(alpha=0.3)


if __name__ == "__main__":
    draw(history.latest(history.load()))
