"""Draw every panel of ``monitoring/grafana/311.json`` from its queries, as docs/pictures/dashboard.png.

python3 -m tools.dashboard.plot PROMETHEUS_URL START_SECONDS END_SECONDS, in the tools' environment.
"""

from __future__ import annotations

import json
import re
import sys
import urllib.parse
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tools.dashboard.scraping import MONITORING
from tools.local_http import open_local
from tools.paths import ROOT

FILE = ROOT / "docs" / "pictures" / "dashboard.png"
NOTE = "Drawn from monitoring/grafana/311.json without Grafana; every query evaluated by Prometheus."
COLUMNS, STEPS = 3, 60
UNITS = {"reqps": "requests/s", "percentunit": "%", "s": "s", "short": ""}
FACTORS = {"percentunit": 100.0}
Series = list[tuple[str, list[float], list[float]]]


def panels() -> list[dict[str, Any]]:
    """The panels of the dashboard, in reading order."""
    found: list[dict[str, Any]] = json.loads((MONITORING / "grafana" / "311.json").read_text())["panels"]
    return sorted(found, key=lambda panel: (panel["gridPos"]["y"], panel["gridPos"]["x"]))


def label(legend: str, metric: dict[str, str]) -> str:
    """Grafana's legend format: ``{{name}}`` is the value of that label."""
    return re.sub(r"\{\{\s*(\w+)\s*\}\}", lambda found: metric.get(found[1], ""), legend)


def series(url: str, target: dict[str, Any], span: tuple[float, float]) -> Series:
    """Legend, seconds since the start, and values of each line of a query."""
    start, end = span
    asked = {"query": target["expr"], "start": start, "end": end, "step": max(1, (end - start) / STEPS)}
    with open_local(f"{url}/api/v1/query_range?{urllib.parse.urlencode(asked)}", timeout=60) as response:
        found = json.load(response)["data"]["result"]
    return [
        (
            label(target["legendFormat"], line["metric"]),
            [at - start for at, _ in line["values"]],
            [float(value) for _, value in line["values"]],
        )
        for line in found
    ]


def draw_panel(axes: Axes, panel: dict[str, Any], lines: Series) -> None:
    unit = panel["fieldConfig"]["defaults"]["unit"]
    factor = FACTORS.get(unit, 1.0)
    axes.set_title(panel["title"], fontsize=9, loc="left")
    if panel["type"] == "stat":
        for _, _, values in lines:
            axes.text(0.5, 0.5, f"{values[-1]:,.0f} {UNITS[unit]}", ha="center", va="center", fontsize=22)
        axes.set_axis_off()
        return
    for name, seconds, values in lines:
        axes.plot(seconds, [factor * value for value in values], label=name, linewidth=1.2)
    axes.set(ylabel=UNITS[unit], ylim=(0, None))
    # Below the plot, as in Grafana: over time, `topk` returns more than eight routes.
    axes.legend(fontsize=6, ncols=3, loc="upper center", bbox_to_anchor=(0.5, -0.1), frameon=False)
    axes.grid(alpha=0.3)


def draw(url: str, span: tuple[float, float]) -> list[str]:
    """Write the picture; returns the titles of the panels without data."""
    found = [
        (panel, [line for target in panel["targets"] for line in series(url, target, span)])
        for panel in panels()
    ]
    rows = -(-len(found) // COLUMNS)
    figure = Figure(figsize=(14, 3.2 * rows), layout="constrained")
    for axes, (panel, lines) in zip(figure.subplots(rows, COLUMNS).flat, found, strict=False):
        draw_panel(axes, panel, lines)
    figure.supxlabel(f"seconds since the start of the load. {NOTE}", fontsize=8)
    figure.savefig(FILE, dpi=90)
    return [panel["title"] for panel, lines in found if not lines]


def main() -> int:
    url, start, end = sys.argv[1:]
    if empty := draw(url, (float(start), float(end))):
        sys.stderr.write(f"Nothing was found for: {', '.join(empty)}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
