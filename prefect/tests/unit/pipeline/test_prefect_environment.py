from __future__ import annotations

import subprocess
from functools import partial

import pytest

from pipeline import prefect_environment
from pipeline.errors import IngestError


def test_a_server_that_never_says_its_address_is_not_awaited_forever(monkeypatch: pytest.MonkeyPatch) -> None:
    """It may hang before it listens, for example while it imports Prefect."""
    silent = subprocess.Popen(["sleep", "600"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    monkeypatch.setattr(prefect_environment, "_start", lambda _, **__: silent)
    monkeypatch.setattr(prefect_environment, "STOP_SECONDS", 0.1)
    own_server = partial(prefect_environment.own_server, {}, start_seconds=0.2)
    with pytest.raises(IngestError, match="did not respond within 0 s"), own_server():
        pass
    assert silent.poll() is not None
