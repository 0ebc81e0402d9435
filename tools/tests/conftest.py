from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.servers import instance
from tools.servers.instance import Instance


@pytest.fixture
def servers_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for the files of this test's servers. As root, it is in a folder closed to all others."""
    folder = tmp_path / "servers"
    monkeypatch.setattr(instance, "SERVERS", folder)
    return folder


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """Running servers shared by tests; a test that stops them starts them again."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(instance, "SERVERS", tmp_path_factory.mktemp("shared"))
        shared = Instance("shared")
    try:
        shared.start()
        yield shared
    finally:
        shared.remove()


@pytest.fixture
def empty_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty PATH, for stand-ins."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder
