"""AWS policies, which no emulator evaluates: a reviewer can check each against the page that it names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

MODULES = Path(__file__).parents[1] / "modules"
FILES = sorted(MODULES.glob("*/*.tf"))
PRINCIPAL = re.compile(r"Principal\s+= \{ (?:Service|Federated) = (.*?) \}")
LINK = re.compile(r"# .*https://(?:docs\.aws\.amazon\.com|repost\.aws|docs\.github\.com)/")
# From the comment above a policy or a statement to its principal.
LINES_ABOVE = 14


def principals() -> list[tuple[Path, int, str]]:
    """File, line (from 0) and services of every statement that grants access to a service."""
    return [
        (path, number, found[1])
        for path in FILES
        for number, line in enumerate(path.read_text().splitlines())
        if (found := PRINCIPAL.search(line))
    ]


@pytest.mark.parametrize(
    ("path", "number", "services"),
    principals(),
    ids=[f"{path.parent.name}:{number + 1}" for path, number, _ in principals()],
)
def test_a_policy_that_lets_a_service_in_names_the_page_of_its_condition_keys(
    path: Path, number: int, services: str
) -> None:
    above = path.read_text().splitlines()[max(0, number - LINES_ABOVE) : number]
    assert any(LINK.search(line) for line in above), f"{path}:{number + 1}: no page for {services}"


def test_every_kind_of_policy_is_found() -> None:
    named = " ".join(services for _, _, services in principals())
    for service in ("events", "events.rds", "cloudwatch", "scheduler", "ecs-tasks", "ec2", "monitoring.rds"):
        assert f'"{service}.amazonaws.com"' in named


def test_no_alarm_ignores_missing_data() -> None:
    text = "".join(path.read_text() for path in FILES)
    assert re.findall(r'(?:missing|treat_missing_data)\s+= "(missing|ignore)"', text) == []
