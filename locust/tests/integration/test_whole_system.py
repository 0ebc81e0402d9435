"""`make load` from the first server to the verdict, on a small city."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from load_tests.runs import Started


def test_load_runs_a_night_in_the_middle_and_gives_a_verdict(smoke: Started) -> None:
    run = smoke.finish()
    assert "A night merges 500 changed rows meanwhile" in run.output, run.output
    assert run.exit_code == 0, run.output
    assert "verdict: every service level was kept" in run.output
