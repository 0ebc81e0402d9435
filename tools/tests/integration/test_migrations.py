"""The schema goes down to nothing and comes up again: the job ``migrations`` of the workflow ci."""

from __future__ import annotations

from itertools import count

import pytest

from tools import migrate
from tools.problem import Problem
from tools.servers.instance import Instance


@pytest.mark.slow
def test_round_trip_leaves_the_newest_schema(running: Instance) -> None:
    migrate.round_trip(running, "round_trip")
    assert "CREATE TABLE public.service_requests" in migrate.schema(running, "round_trip")


def test_a_schema_that_comes_back_different_is_a_problem(
    running: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    dumps = count()
    monkeypatch.setattr(migrate, "schema", lambda *_: str(next(dumps)))
    with pytest.raises(Problem, match="differs from that of a new database"):
        migrate.round_trip(running, "round_trip")


def test_a_failed_migration_shows_its_error(running: Instance) -> None:
    with pytest.raises(Problem, match=r"the migrations failed(.|\n)*permission denied"):
        migrate.migrate(running, "postgres")
