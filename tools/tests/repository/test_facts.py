"""Documents say what the code does: ports, columns, exit codes, counts, commands."""

from __future__ import annotations

import csv
import re
import tomllib
from pathlib import Path

import pytest

from tools import settings, up
from tools.generated import small_tables
from tools.paths import ROOT

DECISIONS = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
PARTS = ["Context", "Decision", "Alternatives", "Consequences", "What enforces it"]
DAY = r"20\d\d-\d\d-\d\d"
STATUS = r"proposed|accepted|superseded by [^.]*"
DATED = re.compile(rf"^Date: {DAY}(, revised {DAY})?\. Status: ({STATUS})\.$", re.MULTILINE)
CATALOG = tomllib.loads((ROOT / "prefect" / "cities" / "la" / "city.toml").read_text())
LOADING = (ROOT / "docs" / "data_loading.md").read_text()
ROW = re.compile(r"^\| (`\w+`(?:, `\w+`)*) \|([^|]*)\|([^|]*)\|", re.MULTILINE)
WORD = re.compile(r"`(\w+)`")


def text_of(*parts: str) -> str:
    return ROOT.joinpath(*parts).read_text()


@pytest.mark.parametrize(
    "document", ["README.md", "docs/server_setup.md", "docs/pictures/architecture.svg"], ids=str
)
def test_ports_are_those_that_make_up_uses(document: str) -> None:
    text = text_of(*document.split("/"))
    known = set(settings.PORTS.values())
    named = set(re.findall(r"(?:localhost:|port |\()(5\d{3})\b", text))
    assert named <= known
    assert {settings.PORTS["API_PORT"], settings.PORTS["REPORTS_PORT"]} <= named


def documented_columns(cell: int) -> dict[str, str]:
    """The table of columns: name in ``requests`` → name in a schema; a row of the table may have several."""
    pairs: dict[str, str] = {}
    for row in ROW.findall(LOADING):
        ours, theirs = WORD.findall(row[0]), WORD.findall(row[cell])
        pairs |= dict(zip(ours, theirs, strict=False))
    return pairs


@pytest.mark.parametrize(("schema", "cell"), [("legacy", 1), ("cases", 2)])
def test_the_columns_of_the_catalog_are_documented(schema: str, cell: int) -> None:
    declared = {name: sources[0] for name, sources in CATALOG["schema"][schema]["columns"].items()}
    assert documented_columns(cell) == declared


def test_the_days_at_which_the_schemas_meet_are_documented() -> None:
    cases = min(dataset["first_day"] for dataset in CATALOG["dataset"] if dataset["schema"] == "cases")
    legacy = max(dataset["last_day"] for dataset in CATALOG["dataset"] if dataset["schema"] == "legacy")
    assert f"since {cases:%d %B %Y}" in LOADING
    assert f"2015 to {legacy:%d %B %Y}" in LOADING


def test_the_runbook_has_a_section_for_every_exit_code_that_needs_action() -> None:
    codes = {code for code in small_tables.exit_codes() if 10 <= code < 100}
    described = re.findall(r"^### (\d+): ", text_of("docs", "runbook.md"), re.MULTILINE)
    assert codes - {int(code) for code in described} == set()


def test_make_up_goes_on_after_the_runs_whose_data_is_served() -> None:
    served = {code for code, meaning in small_tables.exit_codes().items() if "served" in meaning}
    assert set(up.SERVED_EXIT_CODES) == served


def test_options_of_the_flow_exist() -> None:
    source = text_of("prefect", "pipeline", "arguments.py")
    named = set(re.findall(r"flow\.py (--[\w-]+)", LOADING + text_of("docs", "server_setup.md")))
    assert named
    assert [option for option in named - {"--help"} if f'"{option}"' not in source] == []


def seeds(name: str, key: str) -> list[dict[str, str]]:
    """Seed rows except the row for "none"."""
    lines = text_of("api", "alembic", "seeds", f"{name}.csv").splitlines()
    return [row for row in csv.DictReader(lines) if row[key] != "0"]


def test_counts_of_the_glossary_are_those_of_the_seeds() -> None:
    glossary = text_of("docs", "glossary.md")
    assert f"one of the {len(seeds('councils', 'council_id'))} elected" in glossary
    assert f"One of the {len(seeds('regions', 'region_id'))} groups of councils" in glossary


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.name)
def test_a_decision_has_all_its_parts(path: Path) -> None:
    text = path.read_text()
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == PARTS
    assert all(part.strip() for part in re.split(r"^## .*$", text, flags=re.MULTILINE)[1:])
    assert text.startswith(f"# {int(path.name[:4])}. ")
    assert DATED.search(text)


def test_decisions_are_counted_and_listed() -> None:
    assert [int(path.name[:4]) for path in DECISIONS] == list(range(1, len(DECISIONS) + 1))
    index = text_of("docs", "decisions", "README.md")
    assert [path.name for path in DECISIONS if f"({path.name})" not in index] == []


def test_every_document_is_in_the_index() -> None:
    index = text_of("docs", "README.md")
    documents = [path.name for path in (ROOT / "docs").glob("*.md") if path.name != "README.md"]
    assert [name for name in documents if f"({name})" not in index] == []
