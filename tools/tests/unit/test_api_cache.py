"""Resetting the cache of the API after a restore, and the advice if it could not be reset."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools import api_cache, session


class Api(http.server.BaseHTTPRequestHandler):
    """Answers the first request as an API does whose connections have just ended."""

    seen: list[tuple[str, str | None]]

    def do_POST(self) -> None:
        self.seen.append((self.path, self.headers["Authorization"]))
        self.send_response(200 if len(self.seen) > 1 else 503)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Keep the output of the tests short."""


@pytest.fixture
def seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, str | None]]]:
    """What the running system's API was asked."""
    monkeypatch.setattr(Api, "seen", [], raising=False)
    monkeypatch.setattr(session, "is_ready", lambda: True)
    monkeypatch.setattr(api_cache, "ENV_FILE", tmp_path / "env")
    with http.server.HTTPServer(("127.0.0.1", 0), Api) as server:
        (tmp_path / "env").write_text(f"API_URL=http://127.0.0.1:{server.server_port}\nADMIN_TOKEN=secret\n")
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Api.seen
        server.shutdown()


def test_the_api_serves_a_restore_as_soon_as_it_is_connected_again(
    seen: list[tuple[str, str | None]], capsys: pytest.CaptureFixture[str]
) -> None:
    api_cache.serve_restored(is_foreign=False)
    assert seen == [("/status/reset-cache", "Bearer secret")] * 2
    said = capsys.readouterr().out
    assert "No API was notified" not in said
    assert "Run `make ingest` to write the published files" in said


def test_the_api_of_another_database_is_left_to_its_operator(
    seen: list[tuple[str, str | None]], capsys: pytest.CaptureFixture[str]
) -> None:
    api_cache.serve_restored(is_foreign=True)
    assert seen == []
    said = capsys.readouterr().out
    assert '"$API_URL/status/reset-cache"' in said
    assert "Run the pipeline to write the published files" in said


@pytest.mark.parametrize("is_ready", [True, False])
def test_an_api_that_does_not_answer_is_named(
    seen: list[tuple[str, str | None]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    *,
    is_ready: bool,
) -> None:
    monkeypatch.setattr(session, "is_ready", lambda: is_ready)
    monkeypatch.setattr(api_cache, "RECONNECT_SECONDS", 0)
    api_cache.serve_restored(is_foreign=False)
    assert len(seen) == int(is_ready)
    assert "with the values in " in capsys.readouterr().out
