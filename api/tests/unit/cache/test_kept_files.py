from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from lacity_data_api.cache.kept_files import ABANDONED_SECONDS, GROWING_SECONDS, MB, Content, Days, KeptFiles

BODY = b"x" * MB
DATABASE = "0a1b2c3d"
YEAR = Days("2020-01-01", "2020-12-31")
ONE = Content("one", YEAR, "v7")


def files_in(folder: Path, most_mb: int = 8) -> KeptFiles:
    return KeptFiles(str(folder), most_mb, DATABASE)


def keep(files: KeptFiles, key: str, body: bytes = BODY, version: str = "v7", days: Days = YEAR) -> None:
    with files.copy(Content(key, days, version)) as copy:
        for start in range(0, len(body), 100_000):
            copy.write(body[start : start + 100_000])
        copy.finish()


def found(files: KeptFiles, key: str, version: str = "v7", days: Days = YEAR) -> bytes | None:
    file = files.find(Content(key, days, version))
    if file is None:
        return None
    with file:
        return file.read()


def test_a_finished_copy_is_found_by_key_days_and_version(tmp_path: Path) -> None:
    files = files_in(tmp_path)
    keep(files, "one", BODY + BODY)
    assert found(files, "one") == BODY + BODY
    assert found(files, "two") is None
    assert found(files, "one", version="v8") is None
    assert found(files, "one", days=Days()) is None


def test_a_copy_is_invisible_until_it_is_finished_and_removed_if_it_never_is(tmp_path: Path) -> None:
    files = files_in(tmp_path)
    with files.copy(ONE) as copy:
        copy.write(BODY)
        assert found(files, "one") is None
    assert list(tmp_path.iterdir()) == []


def test_a_copy_grows_until_it_is_finished_or_has_stalled(tmp_path: Path) -> None:
    files = files_in(tmp_path)
    assert not files.is_growing(ONE)
    with files.copy(ONE) as copy:
        copy.write(BODY)
        assert files.is_growing(ONE)
        assert not files.is_growing(Content("one", YEAR, "v8"))
        assert not files.is_growing(Content("on", YEAR, "v7"))
        (partial,) = tmp_path.iterdir()
        stalled = time.time() - GROWING_SECONDS
        os.utime(partial, (stalled, stalled))
        assert not files.is_growing(ONE)
        copy.write(BODY)
        assert files.is_growing(ONE)
        copy.finish()
    assert not files.is_growing(ONE)
    assert not KeptFiles("", 8, DATABASE).is_growing(ONE)


@pytest.mark.parametrize("size", [MB - 1, 2 * MB + 1])
def test_small_and_very_long_responses_are_not_kept(tmp_path: Path, size: int) -> None:
    """A quarter of the folder's limit is the most that one file may take."""
    files = files_in(tmp_path, most_mb=8)
    keep(files, "one", b"x" * size)
    assert list(tmp_path.iterdir()) == []


def test_above_the_limit_the_least_recently_used_files_go(tmp_path: Path) -> None:
    files = files_in(tmp_path, most_mb=4)
    for age, key in enumerate(("d", "c", "b", "a", "e")):
        keep(files, key)
        (path,) = tmp_path.glob(f"*_{key}")
        os.utime(path, (1_700_000_000 + age, 1_700_000_000 + age))
    # Used once more, so that the oldest is now the newest.
    assert found(files, "d") == BODY
    files.keep_only({YEAR: "v7"})
    assert [key for key in "abcde" if found(files, key)] == ["a", "b", "d", "e"]


def test_other_versions_are_removed_but_nothing_of_others(tmp_path: Path) -> None:
    files, other, all_days = files_in(tmp_path), KeptFiles(str(tmp_path), 8, "another"), Days()
    keep(files, "one", version="v7")
    keep(files, "one", version="v70")
    keep(files, "one", version="v9")
    keep(files, "one", version="v7", days=all_days)
    keep(other, "one", version="v7")
    (tmp_path / "index.html").touch()
    assert files.days() == {YEAR, all_days}
    files.keep_only({YEAR: "v70", all_days: "v7"})
    assert [found(files, "one", version) for version in ("v7", "v70", "v9")] == [None, BODY, None]
    assert found(files, "one", "v7", all_days) == BODY
    files.open()
    assert found(files, "one", "v70") is None
    assert found(other, "one", "v7") == BODY
    assert (tmp_path / "index.html").exists()


def test_a_file_with_another_kind_of_name_is_left_alone(tmp_path: Path) -> None:
    """It stopped every later removal: its days could not be read."""
    files = files_in(tmp_path)
    keep(files, "one")
    (tmp_path / f"311-export-{DATABASE}-notes.txt").touch()
    assert files.days() == {YEAR}
    files.keep_only({YEAR: "v8"})
    assert [path.name for path in tmp_path.iterdir()] == [f"311-export-{DATABASE}-notes.txt"]


def test_files_of_a_database_that_nobody_uses_go_after_a_week(tmp_path: Path) -> None:
    other = KeptFiles(str(tmp_path), 8, "another")
    keep(other, "used")
    keep(other, "abandoned")
    (path,) = tmp_path.glob("*_abandoned")
    abandoned = time.time() - ABANDONED_SECONDS - 60
    os.utime(path, (abandoned, abandoned))
    files_in(tmp_path).open()
    assert (found(other, "used"), found(other, "abandoned")) == (BODY, None)


def test_a_file_that_cannot_be_read_counts_as_missing(tmp_path: Path) -> None:
    """Reading the first address of this process fails like a disk."""
    files = files_in(tmp_path)
    keep(files, "one")
    (path,) = tmp_path.iterdir()
    path.unlink()
    path.symlink_to("/proc/self/mem")
    assert files.find(ONE) is None


def test_files_that_grow_or_of_days_that_were_not_asked_for_stay(tmp_path: Path) -> None:
    """Another worker may have begun them while the versions were being read."""
    files = files_in(tmp_path)
    keep(files, "one", days=Days())
    with files.copy(Content("one", YEAR, "v8")) as copy:
        copy.write(BODY)
        files.keep_only({YEAR: "v7"})
        copy.finish()
    assert found(files, "one", version="v8") == BODY
    assert found(files, "one", days=Days()) == BODY
    files.clear()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("part_bytes", [100_000, 1_000])
def test_a_full_disk_gives_up_the_copy(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, part_bytes: int
) -> None:
    """Small parts are buffered: they fail when the next ones are written, and once more when it is closed."""
    files = files_in(tmp_path)
    with files.copy(ONE) as copy, Path("/dev/full").open("wb") as full:
        assert copy._file is not None
        os.dup2(full.fileno(), copy._file.fileno())
        for _ in range(20):
            copy.write(BODY[:part_bytes])
        copy.finish()
    assert list(tmp_path.iterdir()) == []
    assert len(caplog.messages) == 1


def test_the_folder_is_created_by_the_first_worker(tmp_path: Path) -> None:
    for _ in range(2):
        files_in(tmp_path / "state" / "exports").open()
    assert (tmp_path / "state" / "exports").is_dir()


def test_a_folder_that_disappears_loses_the_files_only(tmp_path: Path) -> None:
    files = files_in(tmp_path / "exports")
    files.open()
    keep(files, "one")
    (tmp_path / "exports").rename(tmp_path / "elsewhere")
    assert found(files, "one") is None
    keep(files, "one")
    files.keep_only({YEAR: "v7"})
    files.open()
    keep(files, "one")
    assert found(files, "one") == BODY


def test_without_a_folder_nothing_is_kept() -> None:
    files = KeptFiles("", 8, DATABASE)
    files.open()
    keep(files, "one")
    assert (files.is_used, found(files, "one")) == (False, None)
