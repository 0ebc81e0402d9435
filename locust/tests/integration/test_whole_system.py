"""`make load` from the first server to the verdict, on a small city."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from load_tests.runs import Started


GROUPS = ("map cached", "map uncached", "status", "one generation")
ROW = re.compile(
    r"^(?P<group>[a-z ]+?) +(?P<requests>[\d,]+) +(?P<failed>\d+) +[\d,]+ of [\d,]+ ms", re.MULTILINE
)


@pytest.mark.slow
def test_load_runs_an_ingest_run_meanwhile_without_an_error(smoke: Started) -> None:
    """Errors, counts and the format of the verdict; `make load`, on a quiet machine, judges times."""
    run = smoke.finish()
    assert "500 changed rows" in run.output, run.output
    assert run.exit_code == 0, run.output
    rows = {row["group"]: row for row in ROW.finditer(run.output)}
    assert all(int(rows[group]["requests"].replace(",", "")) > 0 for group in GROUPS), run.output
    assert {row["failed"] for row in rows.values()} == {"0"}
    assert run.output.count("verdict: ") == 1
    report = re.search(r"(\S+)/report\.html", run.output)
    assert report
    assert "map cached" in Path(report[0]).read_text()
