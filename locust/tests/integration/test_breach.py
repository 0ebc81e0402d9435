"""A broken service level fails the run and is named: Locust against a real server."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Case


def test_slowed_route_fails_the_run_and_is_named(cases: dict[str, Case]) -> None:
    run = cases["slowed"].run
    assert run.exit_code == 1, run.output
    assert re.search(r"SERVICE LEVEL BROKEN: map cached: p95 is [\d,]+ ms, at most 400 ms", run.output)


def test_failing_route_fails_the_run_and_is_named(cases: dict[str, Case]) -> None:
    run = cases["failing"].run
    assert run.exit_code == 1, run.output
    # Two users, one of whom may have visited again.
    assert re.search(r"SERVICE LEVEL BROKEN: map cached: [2-9] of ", run.output)


def test_going_back_to_older_data_fails_the_run(cases: dict[str, Case]) -> None:
    run = cases["backwards"].run
    assert run.exit_code == 1, run.output
    assert "SERVICE LEVEL BROKEN: one generation: " in run.output
    assert "a response of generation 1 after one of generation 2" in run.output


def test_counts_that_contradict_lists_fail_the_run(cases: dict[str, Case]) -> None:
    run = cases["miscounted"].run
    assert run.exit_code == 1, run.output
    assert "2 open requests are counted, and fewer are listed (1)" in run.output
    assert "0 open requests are on the map, and more are listed (1)" in run.output


def test_requests_in_flight_at_the_end_are_judged(cases: dict[str, Case]) -> None:
    run = cases["hanging"].run
    assert run.exit_code == 1, run.output
    assert re.search(r"SERVICE LEVEL BROKEN: status: [1-9]\d* of \d+ failed", run.output)


def test_exceptions_in_users_fail_the_run(cases: dict[str, Case]) -> None:
    run = cases["confusing"].run
    assert run.exit_code == 1, run.output
    assert re.search(r"SERVICE LEVEL BROKEN: users: \d+ exceptions: 'typeCount'", run.output)


def test_missing_switch_fails_a_run_that_expects_it(cases: dict[str, Case]) -> None:
    run = cases["still"].run
    assert run.exit_code == 1, run.output
    assert "the data did not switch to another generation" in run.output


@pytest.mark.parametrize(("name", "exit_code"), [("refusing", 0), ("crashing", 1)])
def test_crawler_may_get_4xx_but_never_5xx(cases: dict[str, Case], name: str, exit_code: int) -> None:
    run = cases[name].run
    assert run.exit_code == exit_code, run.output
    assert ("SERVICE LEVEL BROKEN: crawler: " in run.output) == bool(exit_code)
