"""Figures of the real city have one source, the table in docs/scaling.md; other documents repeat it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TABLE = (ROOT / "docs" / "scaling.md").read_text().partition("## The real city")[2].partition("\n## ")[0]
FACTS = dict(re.findall(r"^\| ([^|]+?) \| ([\d,]+ \w+)", TABLE, re.MULTILINE))
# Documents of operations; a number of millions of rows in one of them is the city's, or says whose it is.
DOCUMENTS = ["terraform/README.md", "docs/runbook.md", "docs/upgrades.md", "docs/security.md", "README.md"]


def test_the_table_has_the_facts() -> None:
    assert FACTS == {"rows": "15 million", "database": "15 GB", "a `--full` load needs": "30 GB"}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_rows_of_the_city_are_those_of_the_table(document: str) -> None:
    text = (ROOT / document).read_text()
    assert set(re.findall(r"([\d.]+ million) rows", text)) <= {FACTS["rows"]}


def test_the_first_load_names_rows_and_size() -> None:
    text = (ROOT / "terraform" / "README.md").read_text()
    assert f"Los Angeles has {FACTS['rows']} rows, which take {FACTS['database']} of the database" in text


@pytest.mark.parametrize("stage", ["dev", "prod", "small"])
def test_a_full_load_fits_into_the_storage_of_a_stage(stage: str) -> None:
    """Everything twice, and a quarter for indexes being built and logs of transactions."""
    text = (ROOT / "terraform" / "stages" / f"{stage}.tfvars").read_text()
    given = re.search(r"^database_storage_gib\s+= (\d+)$", text, re.MULTILINE)
    assert given
    assert int(given[1]) >= 1.25 * int(FACTS["a `--full` load needs"].split()[0])


def test_scaling_counts_the_rows_of_the_table() -> None:
    text = (ROOT / "docs" / "scaling.md").read_text()
    assert f"now: 200 users, {FACTS['rows']} rows" in text
    assert "14 million" not in text
