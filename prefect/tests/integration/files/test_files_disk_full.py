from __future__ import annotations

import datetime as dt
import errno
import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from files_tests.checks import assert_agrees, manifest_of
from files_tests.processes import complete, start
from pipeline_tests.databases import Database

from benchmarks import rows
from pipeline.database import run_lock
from pipeline.errors import FilesError
from pipeline.files import councils
from pipeline.files.writing import write_files

MAX_FILE_BYTES = 60_000
PATIENCE_SECONDS = 120


def limit_files() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (MAX_FILE_BYTES, MAX_FILE_BYTES))


def fails(*_: object) -> int:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of one megabyte."""
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(tmp_path)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small file system can only be mounted by root")
    try:
        yield tmp_path
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)


@pytest.mark.slow
def test_file_that_cannot_grow_is_published_without_files(database: Database, tmp_path: Path) -> None:
    folder = tmp_path / "files"
    rows.add_year(database.owner_url, 2024, 100)
    complete(database, str(folder))
    former = assert_agrees(folder)
    rows.add_year(database.owner_url, 2025, 20_000)
    process = start(database, str(folder), limit_files)
    _, log = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == FilesError.exit_code
    assert "published without files: the files at" in log
    assert assert_agrees(folder) == former
    complete(database, str(folder))
    assert assert_agrees(folder).generation == 2


def test_full_disk_is_published_without_files(database: Database, small_disk: Path) -> None:
    rows.add_year(database.owner_url, 2024, 100)
    with run_lock(database.loader_url) as connection:
        former = write_files(connection, str(small_disk / "files"), "/files")
        rows.add_year(database.owner_url, 2025, 40_000)
        with pytest.raises(FilesError, match="No space left"):
            write_files(connection, str(small_disk / "files"), "/files")
        assert assert_agrees(small_disk / "files").generation == former.generation
        database.change("DELETE FROM service_requests WHERE created_date >= '2025-01-01'")
        assert write_files(connection, str(small_disk / "files"), "/files").generation == 2


def test_failed_runs_do_not_fill_the_disk(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The published set stays, and what the newest run completed; a file replaced a day ago is removed."""
    published_at = dt.datetime(2026, 11, 27, 9, tzinfo=dt.UTC)

    def run_after(hours: int) -> set[str]:
        rows.add_year(database.owner_url, 2024, 100)
        with run_lock(database.loader_url) as connection, suppress(FilesError):
            write_files(connection, str(tmp_path), "/files", published_at + dt.timedelta(hours=hours))
        return {path.name for path in tmp_path.iterdir()}

    run_after(-24)
    run_after(0)
    published = assert_agrees(tmp_path)
    monkeypatch.setattr(councils, "write_geoparquet", fails)
    left = [run_after(hours) for hours in (12, 24, 36, 48)]
    assert manifest_of(tmp_path) == published
    assert all({entry["path"] for entry in published.entries()} <= names for names in left)
    replaced = {entry["path"] for entry in published.superseded}
    assert (replaced <= left[0], replaced & left[1]) == (True, set())
    assert [len(names) for names in left[1:]] == [len(left[1])] * 3
