from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pipeline_tests import databases
from pipeline_tests.databases import Database

from benchmarks import rows
from pipeline.database import run_lock
from pipeline.files.manifest import Manifest
from pipeline.files.writing import write_files

URL = "http://127.0.0.1:5000/files/"


@pytest.fixture
def database() -> Iterator[Database]:
    """A database without requests."""
    with databases.database() as fresh:
        yield fresh


@pytest.fixture(scope="session")
def three_years() -> Iterator[Database]:
    """Requests of 2024 (the legacy schema), 2025 (both) and 2026 (cases); tests only read them."""
    with databases.database() as fresh:
        rows.add_year(fresh.owner_url, 2024, 9_000)
        rows.add_year(fresh.owner_url, 2025, 40_000)
        rows.add_year(fresh.owner_url, 2026, 5_000, end="2026-11-27")
        fresh.change("UPDATE data_generation SET changed_at = '2026-11-27'")
        yield fresh


@pytest.fixture(scope="session")
def published(three_years: Database, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Manifest]:
    """The files of the three years."""
    folder = tmp_path_factory.mktemp("files")
    with run_lock(three_years.loader_url) as connection:
        return folder, write_files(connection, str(folder), URL)
