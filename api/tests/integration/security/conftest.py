from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support import databases
from tests.support.databases import Database
from tests.support.rows import add_requests, add_square
from tests.support.serving import Api, forget_everything, serve, settings_for
from tests.support.stand_ins import stand_in

ISSUE = {"id": 1, "html_url": "https://github.example/1"}
SECRET = "a secret that no route reads"


@pytest.fixture(scope="package")
def database() -> Iterator[Database]:
    """A few requests of all kinds, and a table that no route reads."""
    with databases.database() as fresh:
        add_square(fresh, 52, -118.5, 33.9, -118.1, 34.3)
        rows: list[dict[str, Any]] = [
            {"srnumber": "1-1523593781", "created_date": "2020-01-02 10:00", "cd": 1}
        ]
        rows += [{"closed_date": "2020-01-09 11:30:15.5", "type_id": 1, "address": None} for _ in range(20)]
        rows += [{"created_date": "2020-03-01", "council_id": 0, "source_id": 987_654, "type_id": 987_654}]
        add_requests(fresh, *rows)
        fresh.run("INSERT INTO log (status, message) VALUES ('INFO', 'loaded')")
        fresh.run("CREATE TABLE canary AS SELECT %s AS secret", SECRET)
        fresh.run("GRANT SELECT ON canary TO PUBLIC")
        yield fresh


@pytest.fixture(scope="package")
def api(database: Database) -> Iterator[Api]:
    """The API with all feedback services replaced by a stand-in, and limits that no test reaches."""
    forget_everything()
    with stand_in() as others:
        others.answers = {"/issues": (201, ISSUE)}
        settings = settings_for(
            database,
            github_token="token",
            github_issues_url=f"{others.url}/issues",
            sendgrid_api_key="key",
            sendgrid_url=f"{others.url}/mail",
            feedback_mail_to="team@city.example",
            feedback_mail_from="api@city.example",
            feedback_per_client=1_000_000,
            feedback_per_hour=1_000_000,
        )
        with serve(settings) as running:
            yield running
