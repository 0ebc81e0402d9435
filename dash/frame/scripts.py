"""Which of Dash's scripts a browser loads with the page; the others come when something needs them."""

from __future__ import annotations

from typing import Any

import dash_ag_grid
from dash import _dash_renderer, dash_table

# Few pages have a grid, and none the older table: a third of what a browser must read first.
LATER = {"dash_ag_grid.min.js", "dash_table/bundle.js"}
# For browsers of ten years ago; what Dash's scripts take from it is in assets/regenerator.js.
NEVER = "polyfill"
# The page itself loads the first before anything is drawn; assets/plotly.js asks for the other.
NOT_WITH_THE_PAGE = r"scheme\.js|plotly-cartesian"


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
