"""Figures of the runs in Prometheus's text format."""

from __future__ import annotations

import socket

import httpx
import pytest
from pipeline_tests.databases import Database
from pipeline_tests.histories import load, plain_row
from pipeline_tests.ingest_runs import settings_for, tolerant

from pipeline import metrics


def test_the_last_run_is_measured(
    database: Database, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    settings = settings_for(database, "", metrics_port=port)
    load(settings, tolerant(), [plain_row(1), plain_row(2)])
    database.change(
        "UPDATE load_runs SET status = 'succeeded', started_at = now() - interval '90 s', finished_at = now()"
    )
    monkeypatch.setenv("DATABASE_LOADER_URL", database.loader_url)
    assert metrics.main([]) == 0
    printed = capfd.readouterr().out
    metrics.serve(settings)
    served = httpx.get(f"http://127.0.0.1:{port}/metrics").text
    for text in (printed, served):
        assert "pipeline_database_up 1.0" in text
        assert "pipeline_last_run_rows_inserted 2.0" in text
        assert "pipeline_last_run_seconds 90" in text
        assert 'pipeline_run_finished_timestamp_seconds{status="succeeded"}' in text


def test_without_a_database_the_metrics_say_so(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_LOADER_URL", "postgresql://reader@127.0.0.1:1/none")
    assert metrics.main([]) == 0
    assert "pipeline_database_up 0.0" in capfd.readouterr().out
