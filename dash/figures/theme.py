"""The common look of all figures. The style sheet colors the text, so that it follows the color scheme."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import ceil
from typing import Any

from figures import rows

Figure = dict[str, Any]

FONT = {"family": "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif", "size": 13}
CONFIG: Any = {"displayModeBar": False, "responsive": True, "scrollZoom": False, "showTips": False}
STATIC: Any = {**CONFIG, "staticPlot": True}
HEIGHT = 320
MANY_LABELS, FEW_LABELS = 12, 8
"""Above the first number of labels, or the second if they are long, a phone has room for the second only."""
THOUSAND = 1000
SMALL = 5
"""Below this maximum, an axis of counts needs an explicit step: plotly would label it 0 0 0 1 1 1."""
LEGEND_ABOVE = {"orientation": "h", "x": 0, "yref": "container", "y": 1.0, "yanchor": "top", "font": FONT}


def layout(height: int = HEIGHT, **more: Any) -> Figure:
    """The layout that every figure starts from."""
    base = {
        "height": height,
        "font": FONT,
        "margin": {"l": 8, "r": 16, "t": 8, "b": 8},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "hoverlabel": {"align": "left", "font": FONT},
        "legend": {"orientation": "h", "y": -0.2, "x": 0, "font": FONT},
        "showlegend": False,
        "separators": ".,",
        "dragmode": False,
        "bargap": 0.25,
    }
    return base | more


def axis(title: str = "", **more: Any) -> Figure:
    """An axis with room for its labels."""
    base = {
        # Plotly's own size is larger, and long titles would be cut off on a phone.
        "title": {"text": title, "standoff": 8, "font": FONT},
        "automargin": True,
        "gridcolor": "rgba(128,128,128,0.25)",
        "zerolinecolor": "rgba(128,128,128,0.5)",
        "fixedrange": True,
    }
    return base | more


def numbers(title: str, values: Iterable[float | None], **more: Any) -> Figure:
    """An axis from zero for these values; whole numbers get whole steps."""
    known = [value for value in values if value is not None]
    is_whole = all(float(value).is_integer() for value in known)
    step = {"dtick": 1} if is_whole and max(known, default=0) < SMALL else {}
    whole = {"tickformat": ",d"} if is_whole else {}
    return axis(title, **{"rangemode": "tozero", **step, **whole, **more})


def numbers_across(title: str, values: Iterable[float | None], **more: Any) -> Figure:
    """The same from left to right, where a phone has little room: 2k instead of 2,000."""
    known = [value for value in values if value is not None]
    short = {"tickformat": "~s"} if max(known, default=0) >= THOUSAND else {}
    return numbers(_wrapped(title), known, nticks=5, tickangle=0, **short, **more)


def labels(shown: Sequence[str]) -> Figure:
    """Names from left to right, on two lines; of many some and the last, so none is rotated."""
    most = FEW_LABELS if any(" " in name for name in shown) else MANY_LABELS
    step = ceil(len(shown) / FEW_LABELS) if len(shown) > most else 1
    ticks = list(shown)[(len(shown) - 1) % step :: step]
    return _categories(ticks, ["<br>".join(name.rsplit(" ", 1)) for name in ticks])


def names(shown: Sequence[str]) -> Figure:
    """An axis of these names, the first on top; long ones on two lines, so that bars keep room on a phone."""
    wrapped = [_wrapped(name) for name in shown]
    font = {"size": 11} if wrapped != list(shown) else {}
    down = [len(shown) - 0.4, -0.6]
    return _categories(list(shown), wrapped, tickfont=font, range=down, ticklabelstandoff=6)


def _categories(ticks: list[str], texts: list[str], **more: Any) -> Figure:
    return axis(type="category", tickmode="array", tickvals=ticks, ticktext=texts, **more)


def _wrapped(text: str) -> str:
    return "<br>".join(rows.lines(text))
