"""A broken service level fails the run and is named: Locust against a real server."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Case


def output_of_failed(case: Case) -> str:
    assert case.run.exit_code == 1, case.run.output
    return case.run.output


def test_slowed_route_fails_the_run_and_is_named(cases: dict[str, Case]) -> None:
    output = output_of_failed(cases["slowed"])
    assert re.search(r"SERVICE LEVEL BROKEN: map cached: p95 is [\d,]+ ms, at most 400 ms", output)


def test_failing_route_fails_the_run_and_is_named(cases: dict[str, Case]) -> None:
    output = output_of_failed(cases["failing"])
    # Two users, one of whom may have visited again.
    assert re.search(r"SERVICE LEVEL BROKEN: map cached: [2-9] of ", output)


def test_going_back_to_older_data_fails_the_run(cases: dict[str, Case]) -> None:
    output = output_of_failed(cases["backwards"])
    assert "SERVICE LEVEL BROKEN: one generation: " in output
    assert "a response of generation 1 after one of generation 2" in output


def test_counts_that_contradict_lists_fail_the_run(cases: dict[str, Case]) -> None:
    output = output_of_failed(cases["miscounted"])
    assert "2 open requests are counted, and fewer are listed (1)" in output
    assert "0 open requests are on the map, and more are listed (1)" in output


def test_requests_in_flight_at_the_end_are_judged(cases: dict[str, Case]) -> None:
    output = output_of_failed(cases["hanging"])
    assert re.search(r"SERVICE LEVEL BROKEN: status: [1-9]\d* of \d+ failed", output)


def test_exceptions_in_users_fail_the_run(cases: dict[str, Case]) -> None:
    output = output_of_failed(cases["confusing"])
    assert re.search(r"SERVICE LEVEL BROKEN: users: \d+ exceptions: 'typeCount'", output)


def test_missing_switch_fails_a_run_that_expects_it(cases: dict[str, Case]) -> None:
    output = output_of_failed(cases["still"])
    assert "the data did not switch to another generation" in output


@pytest.mark.parametrize(("name", "exit_code"), [("refusing", 0), ("crashing", 1)])
def test_crawler_may_get_4xx_but_never_5xx(cases: dict[str, Case], name: str, exit_code: int) -> None:
    run = cases[name].run
    assert run.exit_code == exit_code, run.output
    assert ("SERVICE LEVEL BROKEN: crawler: " in run.output) == bool(exit_code)
