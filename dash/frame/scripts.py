"""Which of Dash's scripts a browser loads with the page; the others come when something needs them."""

from __future__ import annotations

from dash.dash_table.DataTable import DataTable
from dash_ag_grid import AgGrid

# Few pages have a grid, and none the older table: a third of what a browser must read first.
LATER = {"dash_ag_grid.min.js", "dash_table/bundle.js"}


def load_later() -> None:
    """Keep them out of the page, and served: ``assets/grid.js`` asks for the grid's."""
    for component in (AgGrid, DataTable):
        for resource in component._js_dist:  # noqa: SLF001  (Dash has no other way)
            if resource.get("relative_package_path") in LATER:
                resource["dynamic"] = True
