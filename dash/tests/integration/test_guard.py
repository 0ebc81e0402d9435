"""A mistake of ours in a card: the page says so, the log says where."""

from __future__ import annotations

import logging

import pytest
from flask import Flask

from data.source import Source
from frame import home, page
from frame.registry import find
from frame.report import Card, Report
from frame.selection import Selection
from frame.shown import Shown

SAID = "Something went wrong while reading the data."


def broken(_source: Source, _selection: Selection) -> Shown:
    raise ZeroDivisionError("a mistake")


def with_a_mistake() -> Report:
    """A report whose only card fails."""
    card = Card("numbers", "Numbers", broken)
    return Report(
        path="/mistake", title="Mistake", purpose="It fails.", order=1, cards=(card,), picture="numbers"
    )


@pytest.fixture
def worker(source: Source) -> Flask:
    server = Flask("guard")
    server.extensions["source"] = source
    return server


def test_a_card_says_that_it_failed(worker: Flask, caplog: pytest.LogCaptureFixture) -> None:
    report = with_a_mistake()
    with worker.app_context(), caplog.at_level(logging.ERROR):
        (state,) = page.card_content(report, report.cards[0], "", "unknown")
    assert SAID in str(state)
    assert "data-retry" not in state.to_plotly_json()["props"]
    assert "ZeroDivisionError: a mistake" in caplog.text


def test_so_does_a_picture_of_the_home_page(
    worker: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(home, "find", lambda _name: with_a_mistake())
    with worker.app_context():
        (state,) = home.picture("mistake", "unknown")
    assert SAID in str(state)
    assert "ZeroDivisionError: a mistake" in caplog.text


def test_so_does_a_page(
    worker: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    recent = find("recent")
    assert recent
    monkeypatch.setattr(page, "_control", broken)
    with worker.app_context():
        state = page.page_of(recent, {})
    assert SAID in str(state)
    assert "TypeError" in caplog.text
