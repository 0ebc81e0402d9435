from __future__ import annotations

from typing import NoReturn

import httpx
import pytest

from pipeline import run_page
from pipeline.errors import DataError


def test_a_data_error_stays_one_without_prefects_server(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The error of the page replaced it, so that exit code 20 became 30."""

    def refuse(**_: str) -> NoReturn:
        raise httpx.ConnectError("refused")

    monkeypatch.setattr(run_page, "create_markdown_artifact", refuse)
    run_page.show_failure(DataError("too many rows are rejected"))
    assert "the run's page is incomplete: ConnectError" in caplog.text
