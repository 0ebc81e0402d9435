"""`make mutants`: its configuration and its report; the run itself is too slow to be part of every check."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tools import mutants
from tools.mutants import Target
from tools.paths import ROOT
from tools.problem import Problem

LEVELS = Target("levels", "locust", ["scenarios/levels.py"], ["tests/unit"])


def entry(outcome: str) -> str:
    mutation = {"module_path": "scenarios/levels.py", "start_pos": [60, 4]}
    diff = "--- a\n+++ b\n@@ -1 +1 @@\n-a < b\n+a <= b"
    return json.dumps([{"mutations": [mutation]}, {"test_outcome": outcome, "diff": diff}])


@pytest.mark.parametrize("target", mutants.targets().values(), ids=lambda target: target.name)
def test_every_module_and_test_exists(target: Target) -> None:
    assert target.files()
    assert [path for path in target.tests if not (ROOT / target.service / path).exists()] == []


def test_a_pattern_without_a_module_is_a_problem() -> None:
    with pytest.raises(Problem, match=r"levels: nothing matches scenarios/none\.py"):
        Target("levels", "locust", ["scenarios/none.py"], []).files()


def test_survivors_are_listed_with_their_change() -> None:
    text = mutants.section(LEVELS, "\n".join([entry("killed"), entry("survived")]))
    assert "2 changes of scenarios/levels.py in `locust/`,\n1 survived." in text
    assert "`scenarios/levels.py` line 60:\n\n```diff\n-a < b\n+a <= b\n```" in text


def test_a_section_replaces_the_one_of_its_name(tmp_path: Path) -> None:
    report = tmp_path / "mutants.md"
    report.write_text("# Mutation tests\n\n## cache\n\nold\n\n## cursor\n\nkept\n")
    mutants.write("cache", "## cache\n\nnew\n", report)
    text = report.read_text()
    assert text.startswith("# Mutation tests\n")
    assert "old" not in text
    assert text.index("kept") < text.index("new")


def test_every_module_of_the_cache_is_tried() -> None:
    folder = ROOT / "api" / "lacity_data_api" / "cache"
    tried = {ROOT / target.service / path for target in mutants.targets().values() for path in target.files()}
    assert {path for path in folder.glob("*.py") if path.stem != "__init__"} - tried == set()
