"""What must agree between all reports."""

from __future__ import annotations

from pages import reports


def test_every_report_has_its_own_place_in_the_menu() -> None:
    places = [report.order for report in reports()]
    assert len(set(places)) == len(places)
