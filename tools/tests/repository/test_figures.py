"""Figures about the real city have one source, the table in docs/scaling.md; other documents repeat them."""

from __future__ import annotations

import re

import pytest

from tools.paths import ROOT

TABLE = (ROOT / "docs" / "scaling.md").read_text().partition("## The real city")[2].partition("\n## ")[0]
FACTS = dict(re.findall(r"^\| ([^|]+?) \| ([\d,]+ \w+)", TABLE, re.MULTILINE))
DATABASE_GB = int(FACTS["database"].removesuffix(" GB"))
FULL_LOAD_GB = int(FACTS["a `--full` load needs"].removesuffix(" GB"))
# A number of millions of rows in one of these documents is the city's.
DOCUMENTS = ["terraform/README.md", "docs/runbook.md", "docs/upgrades.md", "docs/security.md", "README.md"]
# For indexes being built and transaction logs.
MARGIN = 1.25
# RDS grows a volume when a tenth is left, by at least 10 GiB; terraform/README.md has the price of that.
GROWS = {"small"}


def gib(stage: str, variable: str) -> int:
    text = (ROOT / "terraform" / "stages" / f"{stage}.tfvars").read_text()
    given = re.search(rf"^{variable}\s+= (\d+)$", text, re.MULTILINE)
    assert given, variable
    return int(given[1])


def test_a_full_load_needs_everything_twice() -> None:
    assert FULL_LOAD_GB == 2 * DATABASE_GB


@pytest.mark.parametrize("document", DOCUMENTS)
def test_rows_and_size_of_the_city_are_those_of_the_table(document: str) -> None:
    text = (ROOT / document).read_text()
    assert set(re.findall(r"([\d.]+ million) rows", text)) <= {FACTS["rows"]}
    assert set(re.findall(r"(\d+) GB of (?:the )?(?:data|database)\b(?! memory)", text)) <= {str(DATABASE_GB)}


def test_the_first_load_names_rows_and_size() -> None:
    text = (ROOT / "terraform" / "README.md").read_text()
    assert f"Los Angeles has {FACTS['rows']} rows, which take {FACTS['database']} of the database" in text


@pytest.mark.parametrize("stage", ["dev", "prod", "small"])
def test_a_full_load_fits_into_the_storage_of_a_stage(stage: str) -> None:
    variable = "database_storage_limit_gib" if stage in GROWS else "database_storage_gib"
    assert gib(stage, variable) >= MARGIN * FULL_LOAD_GB
    assert gib(stage, "database_storage_gib") >= MARGIN * DATABASE_GB


@pytest.mark.parametrize("stage", sorted(GROWS))
def test_a_disk_that_a_full_load_grows_is_said_to(stage: str) -> None:
    given = gib(stage, "database_storage_gib")
    text = (ROOT / "terraform" / "README.md").read_text()
    assert f"from {given} to {given + 10} GiB" in text


def test_scaling_counts_the_rows_of_the_table() -> None:
    assert f"now: 200 users, {FACTS['rows']} rows" in (ROOT / "docs" / "scaling.md").read_text()
