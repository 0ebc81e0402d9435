"""The database that Prefect's server starts from."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from pipeline import prefect_database, prefect_preparation
from pipeline.prefect_database import MEMO, NAME, prepared, supply

REVISION = "SELECT version_num FROM alembic_version"


def test_a_new_server_starts_from_the_prepared_database(tmp_path: Path) -> None:
    home = tmp_path / "prefect"
    supply(home)
    with closing(sqlite3.connect(home / NAME)) as database:
        assert database.execute(REVISION).fetchall()
    assert {path.name for path in home.iterdir()} == {NAME, MEMO}


def test_a_database_in_use_is_kept(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text("in use")
    supply(tmp_path)
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [(NAME, "in use")]


def test_one_that_another_server_has_just_made_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / NAME).write_text("in use")
    monkeypatch.setattr(Path, "exists", lambda _: False)
    supply(tmp_path)
    assert (tmp_path / NAME).read_text() == "in use"
    assert {path.name for path in tmp_path.iterdir()} == {NAME, MEMO}


def test_nothing_is_supplied_where_nothing_is_prepared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prefect_database, "FOLDER", tmp_path / "nowhere")
    supply(tmp_path / "prefect")
    assert not (tmp_path / "prefect").exists()


def test_the_users_own_database_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_SERVER_DATABASE_CONNECTION_URL", "postgresql+asyncpg://elsewhere/precious")
    environment = prefect_preparation.environment_of(tmp_path)
    assert environment["PREFECT_HOME"] == str(tmp_path)
    assert not any("precious" in value for value in environment.values())


def test_those_of_other_versions_and_of_stopped_preparations_are_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (prefect_database, prefect_preparation):
        monkeypatch.setattr(module, "FOLDER", tmp_path)
    for folder in (prepared(), tmp_path / "prefect-2.0.0", tmp_path / "tmp-of-a-stopped-one"):
        folder.mkdir()
    prefect_preparation.main()
    assert list(tmp_path.iterdir()) == [prepared()]
