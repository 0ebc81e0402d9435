"""The command line ``python3 -m tools.services``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tools import services
from tools.problem import Problem


def call(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> None:
    monkeypatch.setattr("sys.argv", ["services", *arguments])
    assert services.main() == 0


def test_only_redis(
    servers_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    call(monkeypatch, "start", "--name", "small", "--redis")
    started = json.loads(capsys.readouterr().out)
    assert (started["postgres"]["pid"], type(started["redis"]["pid"])) == (None, int)
    call(monkeypatch, "status", "--name", "small")
    assert json.loads(capsys.readouterr().out) == started
    call(monkeypatch, "stop", "--name", "small")
    assert json.loads(capsys.readouterr().out)["redis"]["pid"] is None
    call(monkeypatch, "remove", "--name", "small")
    assert json.loads(capsys.readouterr().out) == {"name": "small", "removed": True}
    assert list(servers_folder.iterdir()) == []


def test_unknown_servers(servers_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Problem, match="there are no servers named 'unknown'"):
        call(monkeypatch, "status", "--name", "unknown")
