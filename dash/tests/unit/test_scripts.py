"""The plotly.js that is kept here is part of the one that the charts are checked against."""

from __future__ import annotations

import re
from pathlib import Path

import plotly

KEPT = Path(__file__).parents[2] / "assets" / "vendor" / "plotly-cartesian.min.js"
WHOLE = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"


def version(file: Path) -> str:
    found = re.search(r"plotly\.js [^\n]*v([\d.]+)\n", file.read_text()[:300])
    return found.group(1) if found else f"no version in {file.name}"


def test_both_are_of_one_version() -> None:
    """Another plotly needs other charts: ``npm pack plotly.js-cartesian-dist-min@VERSION`` has them."""
    assert version(KEPT) == version(WHOLE)
    assert KEPT.stat().st_size < WHOLE.stat().st_size / 3
