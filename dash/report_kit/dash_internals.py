"""All private parts of Dash that the reports rely on; a test fails if an upgrade removes one.

Scripts that a browser does not need initially are loaded later: see ``assets/``.
"""

from __future__ import annotations

from typing import Any

import dash
import dash_ag_grid
from dash import _dash_renderer, _pages, dash_table

# Few pages have a grid, and none has the older table: together they are a third of the initial scripts.
LATER = {"dash_ag_grid.min.js", "dash_table/bundle.js"}
# For browsers from ten years ago; the part that Dash's scripts need is in assets/regenerator.js.
NEVER = "polyfill"
LAYOUT = "/_dash-layout"
DEPENDENCIES = "/_dash-dependencies"
UPDATE = "/_dash-update-component"
GRAPHS = "/_dash-component-suites/dash/dcc/async-graph.js"
"""The script that draws a dcc.Graph; by itself, Dash would request it only for the first graph."""
PAGES = "/<path:path>"
"""The rule of the endpoint that serves every URL without a route of its own."""
IN_THE_RENDERER = (
    LAYOUT.strip("/"),
    UPDATE.strip("/"),
    "set_props",  # near.js, live.js: values from scripts
)
"""Names that ``assets/`` uses; the test looks for them in the scripts that Dash serves."""
IN_THE_COMPONENTS = (
    "_dashPlotlyJSURL",  # assets/plotly.js: the URL of the full plotly.js
    "_dashprivate_pushstate",  # assets/live.js: the URL changed
    "data-dash-is-loading",  # style.css, near.js: a callback is running
)

OF_THE_CONTAINER = {
    name: str(vars(dash.dash)[f"_ID_{name.upper()}"]) for name in ("location", "content", "store", "dummy")
}
"""Ids of the components in Dash's container of pages."""


def page_at(path: str, query: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The page of a URL as Dash's callback finds it (empty if unknown), and the arguments of its layout."""
    found, of_the_path = vars(_pages)["_path_to_page"](path.strip("/"))
    return found, (of_the_path or {}) | vars(_pages)["_parse_query_string"](f"?{query}")


def load_later() -> None:
    """Keep these scripts out of the page but serve them: ``assets/grid.js`` loads the one of the grid."""
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
