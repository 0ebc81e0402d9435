"""Which of Dash's scripts a browser loads with the page; the others come when something needs them."""

from __future__ import annotations

from typing import Any

import dash_ag_grid
from dash import Dash, _dash_renderer, dash_table
from flask import request

from frame.registry import find

# Few pages have a grid, and none the older table: a third of what a browser must read first.
LATER = {"dash_ag_grid.min.js", "dash_table/bundle.js"}
# For browsers of ten years ago; what Dash's scripts take from it is in assets/regenerator.js.
NEVER = "polyfill"
WHOLE_PLOTLY = "/_dash-component-suites/plotly/package_data/plotly.min.js"
CHARTS = "/assets/vendor/plotly-cartesian.min.js"
PLACE = "PLOTLY_ADDRESS"
"""What stands in ``index.html`` for the address of the page's plotly.js."""
# The page loads the first by itself, before anything is drawn; assets/plotly.js asks for the others.
NOT_WITH_THE_PAGE = r"scheme\.js|plotly-cartesian"


class Site(Dash):
    """Dash, with a page that names the plotly.js it needs."""

    def interpolate_index(self, **parts: str) -> str:  # type: ignore[override]  # as Dash's own text shows it
        page: str = super().interpolate_index(**parts)  # type: ignore[no-untyped-call]
        return page.replace(PLACE, plotly_of(request.path), 1)


def plotly_of(path: str) -> str:
    """The plotly.js of the page at this path: the whole, which has maps, or its charts, a third of it."""
    report = find(path.strip("/"))
    return WHOLE_PLOTLY if report and report.has_map else CHARTS


def load_later() -> None:
    """Keep them out of the page, and served: ``assets/grid.js`` asks for the grid's."""
    resources: list[dict[str, Any]] = [
        *vars(dash_ag_grid)["_js_dist"],
        *vars(dash_table)["_js_dist"],
    ]
    for resource in resources:
        if resource.get("relative_package_path") in LATER:
            resource["dynamic"] = True
    first: dict[str, Any] = vars(_dash_renderer)["_js_dist_dependencies"][0]
    paths = first["relative_package_path"]
    paths["prod"] = [path for path in paths["prod"] if NEVER not in path]
