"""Scripts: the vendored plotly.js matches the installed one, and the parts of Dash that we rely on exist."""

from __future__ import annotations

import re
from pathlib import Path

import dash
import dash_ag_grid
import plotly
import pytest
from dash import _dash_renderer, dash_table

from report_kit import dash_internals

SERVED = Path(dash.__file__).parent
KEPT = Path(__file__).parents[2] / "assets" / "vendor" / "plotly-cartesian.min.js"
WHOLE = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"


def version(file: Path) -> str:
    found = re.search(r"plotly\.js [^\n]*v([\d.]+)\n", file.read_text()[:300])
    return found.group(1) if found else f"no version in {file.name}"


def test_both_are_of_one_version() -> None:
    """Another plotly needs another bundle: ``npm pack plotly.js-cartesian-dist-min@VERSION`` gets it."""
    assert version(KEPT) == version(WHOLE)
    assert KEPT.stat().st_size < WHOLE.stat().st_size / 3


@pytest.mark.parametrize("name", dash_internals.IN_THE_RENDERER)
def test_the_renderer_still_has_what_our_scripts_use(name: str) -> None:
    (script,) = (SERVED / "dash-renderer" / "build").glob("dash_renderer.min.js")
    assert name in script.read_text()


@pytest.mark.parametrize("name", dash_internals.IN_THE_COMPONENTS)
def test_the_components_still_have_what_our_scripts_use(name: str) -> None:
    scripts = [*(SERVED / "dcc").glob("*.js"), *(SERVED / "html").glob("*.js")]
    assert any(name in script.read_text() for script in scripts)


def test_scripts_that_load_later_are_still_listed() -> None:
    listed = [*vars(dash_ag_grid)["_js_dist"], *vars(dash_table)["_js_dist"]]
    found = {resource.get("relative_package_path") for resource in listed}
    assert found >= dash_internals.LATER
    assert vars(_dash_renderer)["_js_dist_dependencies"][0]["relative_package_path"]["prod"]
