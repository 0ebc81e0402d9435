"""The README's example of a report is run as it stands there."""

from __future__ import annotations

import re
from typing import Any

import plotly.graph_objects as go
from support.databases import Database
from support.raw import RAW
from support.serving import DASH

from data.source import Source
from frame.report import Report
from frame.selection import Selection


def example() -> Report:
    (text,) = re.findall(r"```python\n(.*?)```", (DASH / "README.md").read_text(), re.DOTALL)
    module: dict[str, Any] = {}
    exec(compile(text, "README.md", "exec"), module)  # noqa: S102
    report: Report = module["REPORT"]
    return report


def test_the_example_reports_what_it_says(city: Database, source: Source) -> None:
    report = example()
    (card,) = report.cards
    shown = card.build(source, Selection.of(report.controls, "type=4", source.facts()))

    assert go.Figure(shown.figure).data
    counted = city.value(
        RAW + "SELECT count(*) FROM past WHERE created >= today - 90 AND type = 'Bulky Items'"
    )
    assert shown.table.total("requests") == counted
    assert card.name == report.picture
