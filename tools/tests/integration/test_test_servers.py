"""The servers that `make test` starts for every suite."""

from __future__ import annotations

import os

import psycopg
import pytest

ADMIN_URL = os.environ.get("TEST_ADMIN_URL", "")


@pytest.mark.skipif(not ADMIN_URL, reason="only `make test-tools` starts the servers that this is about")
def test_statistics_change_only_when_a_test_changes_them() -> None:
    with psycopg.connect(ADMIN_URL) as connection:
        assert connection.execute("SHOW autovacuum").fetchone() == ("off",)
