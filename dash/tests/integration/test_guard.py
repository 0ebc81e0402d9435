"""A bug in a card: the page reports it, and the log has the traceback."""

from __future__ import annotations

import logging

import pytest
from flask import Flask

from data.warehouse import Warehouse
from pages import reports
from report_kit import home_page, report_page
from report_kit.content import CardContent
from report_kit.report import Card, Report
from report_kit.selection import Selection

SAID = "Something went wrong while reading the data."


def broken(_warehouse: Warehouse, _selection: Selection) -> CardContent:
    raise ZeroDivisionError("a mistake")


def with_a_mistake() -> Report:
    """A report whose only card fails."""
    card = Card("numbers", "Numbers", broken)
    return Report(
        path="/mistake", title="Mistake", purpose="It fails.", order=1, cards=(card,), picture="numbers"
    )


@pytest.fixture
def worker(warehouse: Warehouse) -> Flask:
    server = Flask("guard")
    server.extensions["warehouse"] = warehouse
    return server


def test_a_card_says_that_it_failed(worker: Flask, caplog: pytest.LogCaptureFixture) -> None:
    report = with_a_mistake()
    with worker.app_context(), caplog.at_level(logging.ERROR):
        (state,) = report_page.card_content(report, report.cards[0], "", "unknown")
    assert SAID in str(state)
    assert "data-retry" not in state.to_plotly_json()["props"]
    assert "ZeroDivisionError: a mistake" in caplog.text


def test_so_does_a_picture_of_the_home_page(worker: Flask, caplog: pytest.LogCaptureFixture) -> None:
    with worker.app_context():
        (state,) = home_page.picture({"mistake": with_a_mistake()}, "mistake", "unknown")
    assert SAID in str(state)
    assert "ZeroDivisionError: a mistake" in caplog.text


def test_so_does_a_page(
    worker: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    recent = next(report for report in reports() if report.name == "recent")
    monkeypatch.setattr(report_page, "_control", broken)
    with worker.app_context():
        state = report_page.page_of(recent, {})
    assert SAID in str(state)
    assert "TypeError" in caplog.text
