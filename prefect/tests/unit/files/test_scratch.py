from __future__ import annotations

import stat
from pathlib import Path

import pytest

from pipeline.files.scratch import Scratch, temporary


def test_files_of_a_killed_run_are_removed_by_the_next_one(tmp_path: Path) -> None:
    killed = Scratch(tmp_path / "shared").fresh()
    (killed / "2026.parquet").touch()
    current = Scratch(tmp_path / "shared").fresh()
    assert list((tmp_path / "shared").iterdir()) == [current]
    assert list(current.iterdir()) == []


def test_run_that_was_overtaken_leaves_the_folder_of_the_next_one(tmp_path: Path) -> None:
    overtaken, current = Scratch(tmp_path / "shared"), Scratch(tmp_path / "shared")
    overtaken.fresh()
    folder = current.fresh()
    overtaken.close()
    assert folder.is_dir()
    current.close()
    assert list(tmp_path.iterdir()) == []


def test_folder_is_private(tmp_path: Path) -> None:
    folder = Scratch(tmp_path / "shared").fresh()
    assert {stat.S_IMODE(path.stat().st_mode) for path in (folder, folder.parent)} == {0o700}


def test_link_to_the_files_of_others_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "notes").touch()
    (tmp_path / "shared").symlink_to(tmp_path / "theirs")
    with pytest.raises(FileExistsError):
        Scratch(tmp_path / "shared").fresh()
    assert (tmp_path / "theirs" / "notes").is_file()


def test_each_address_has_a_folder_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    scratches = [temporary(address) for address in ("bucket/a", "bucket/b", "bucket/a")]
    folders = [scratch.fresh() for scratch in scratches]
    assert [folder.is_dir() for folder in folders] == [False, True, True]
