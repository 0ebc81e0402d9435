"""The README's example of a report is executed as written there."""

from __future__ import annotations

import re
from typing import Any

import plotly.graph_objects as go
from support.cards import card, total
from support.databases import Database
from support.raw import RAW
from support.serving import DASH

from data.warehouse import Warehouse
from report_kit.report import Report


def example() -> Report:
    (text,) = re.findall(r"```python\n(.*?)```", (DASH / "README.md").read_text(), re.DOTALL)
    module: dict[str, Any] = {}
    exec(compile(text, "README.md", "exec"), module)  # noqa: S102
    report: Report = module["REPORT"]
    return report


def test_the_example_reports_what_it_says(city: Database, warehouse: Warehouse) -> None:
    report = example()
    (only,) = report.cards
    shown = card(warehouse, report, only.name, "type=4")

    assert go.Figure(shown.figure).data
    counted = city.value(
        RAW + "SELECT count(*) FROM past WHERE created >= today - 90 AND type = 'Bulky Items'"
    )
    assert total(shown) == counted
    assert only.name == report.picture


def test_the_example_has_nothing_to_say_about_a_type_without_requests(warehouse: Warehouse) -> None:
    report = example()
    assert card(warehouse, report, report.cards[0].name, "type=60").is_empty
