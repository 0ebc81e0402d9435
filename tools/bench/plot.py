"""How cost grows with the number of requests, as one SVG that needs no font and no script."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.bench.history import Run
from tools.paths import ROOT

FILE = ROOT / "docs" / "growth.svg"
WIDTH, HEIGHT, MARGIN, TOP, BOTTOM = 320, 250, 54, 34, 64
COLORS = ("#1d6996", "#e17c05", "#11975f")
Point = tuple[int, float]


@dataclass(frozen=True)
class Panel:
    """One small plot: figures that share a unit, by a part of their name."""

    title: str
    unit: str
    lines: Mapping[str, str]


PANELS = (
    Panel("A night of 20,000 changes", "s", {"merge": "a night of", "bare SQL": "limit: a night of"}),
    Panel(
        "Answers that nobody has at hand",
        "ms",
        {
            "a month of requests": "one month, cold",
            "hot spots": "hotspots, cold",
            "stats by type": "/types/stats, cold",
        },
    ),
    Panel("Memory", "MB", {"API worker": "memory of an API", "loading process": "memory of a loading"}),
)


def points(runs: Mapping[int, Run], part: str) -> list[Point]:
    """Rows and value of the figure whose name has this part; of its limit with ``limit: ``."""
    name = part.removeprefix("limit: ")
    found = []
    for rows, run in runs.items():
        figure = next((one for one in run.figures if name in one.work), None)
        if figure:
            found.append((rows, figure.limit if name != part else figure.value))
    return found


def nice_ceiling(value: float) -> float:
    """The next round number."""
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 2.5, 5, 10) if step * power >= value)


def short(rows: int) -> str:
    return f"{rows / 1e6:g} million" if rows >= 1_000_000 else f"{rows:,}"


def panel(one: Panel, runs: Mapping[int, Run], left: int) -> str:
    """The drawing of one panel, to the right of ``left``."""
    series = {name: points(runs, part) for name, part in one.lines.items()}
    most_rows = max(runs, default=1)
    top = nice_ceiling(max((value for line in series.values() for _, value in line), default=1))
    parts = [
        _text(left + MARGIN, 18, one.title, weight="bold"),
        *_axes(one, left, most_rows, top, list(runs)),
    ]
    for index, (name, line) in enumerate(series.items()):
        places = [_place(left, rows / most_rows, value / top) for rows, value in line]
        parts += _series(places, COLORS[index], name, left, HEIGHT - 26 + 13 * index - 13)
    return "\n".join(parts)


def _place(left: int, across: float, up: float) -> tuple[float, float]:
    inner = HEIGHT - TOP - BOTTOM
    return round(left + MARGIN + across * (WIDTH - MARGIN - 20), 1), round(TOP + (1 - up) * inner, 1)


def _axes(one: Panel, left: int, most_rows: int, top: float, sizes: Sequence[int]) -> list[str]:
    parts = []
    for step in range(5):
        x, y = _place(left, 0, step / 4)
        parts.append(f'<line x1="{x}" y1="{y}" x2="{left + WIDTH - 20}" y2="{y}" stroke="#ccc"/>')
        parts.append(_text(x - 6, y + 4, f"{top * step / 4:g} {one.unit}", anchor="end"))
    for rows in sizes:
        x, y = _place(left, rows / most_rows, 0)
        parts.append(_text(x, y + 16, short(rows), anchor="middle"))
    return parts


def _series(places: Sequence[tuple[float, float]], color: str, name: str, left: int, at: int) -> list[str]:
    path = " ".join(f"{x},{y}" for x, y in places)
    dots = [f'<circle cx="{x}" cy="{y}" r="3" fill="{color}"/>' for x, y in places]
    line = f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="2"/>'
    key = f'<rect x="{left + MARGIN}" y="{at - 8}" width="10" height="3" fill="{color}"/>'
    return [line, *dots, key, _text(left + MARGIN + 16, at - 3, name)]


def _text(x: float, y: float, words: str, anchor: str = "start", weight: str = "normal") -> str:
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}" font-weight="{weight}">{words}</text>'


def draw(runs: Mapping[int, Run]) -> str:
    """The whole picture."""
    width = WIDTH * len(PANELS)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {HEIGHT}" font-family="sans-serif"'
        ' font-size="11" fill="#222" role="img" aria-label="Cost against the number of requests">'
    )
    background = f'<rect width="{width}" height="{HEIGHT}" fill="#fff"/>'
    panels = (panel(one, runs, WIDTH * index) for index, one in enumerate(PANELS))
    return "\n".join([head, background, *panels, "</svg>", ""])


def write(runs: Mapping[int, Run], file: Path = FILE) -> None:
    file.write_text(draw(runs))
