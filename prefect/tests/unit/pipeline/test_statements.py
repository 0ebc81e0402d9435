"""The files of named statements, and the lists of columns that are inserted into them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipeline.columns import LISTS, REQUEST_COLUMNS, SERVED_COLUMNS, STORED_COLUMNS
from pipeline.database import STATEMENTS, composed, statements

FOLDER = Path(__file__).parents[3]
ACTS = sorted(path.stem for path in STATEMENTS.glob("*.sql"))
PYTHON = "\n".join(
    path.read_text() for folder in ("pipeline", "benchmarks") for path in (FOLDER / folder).rglob("*.py")
)


def test_sql_is_in_a_few_files_by_act() -> None:
    assert not [path for path in STATEMENTS.iterdir() if path.suffix != ".sql"]
    assert len(ACTS) <= 12
    assert min(len((STATEMENTS / f"{act}.sql").read_text().splitlines()) for act in ACTS) >= 10


@pytest.mark.parametrize("act", ACTS)
def test_every_statement_is_used(act: str) -> None:
    unused = [
        name for name in statements(act) if f'"{act}/{name}"' not in PYTHON and f'"{name}"' not in PYTHON
    ]
    assert unused == []


def test_every_statement_that_is_named_exists() -> None:
    named = set(re.findall(r'"([a-z]+)/([a-z_]+)"', PYTHON))
    missing = [f"{act}/{name}" for act, name in sorted(named) if act in ACTS and name not in statements(act)]
    assert missing == []


def test_no_statement_copies_columns_by_position() -> None:
    texts = [statements(act)[name].as_string(None) for act in ACTS for name in statements(act)]
    assert [
        text
        for text in texts
        if re.search(r"INSERT INTO \S+\s+SELECT \*|INSERT INTO \S+\s+SELECT \w+\.\*", text)
    ] == []


def test_every_table_of_a_run_says_who_fills_and_who_reads_it() -> None:
    silent = []
    for name, statement in statements("tables").items():
        comment = " ".join(line for line in statement.as_string(None).splitlines() if line.startswith("--"))
        if not name.endswith("_view") and not ("Filled by" in comment and "read" in comment):
            silent.append(name)
    assert silent == []


def test_a_column_is_declared_once_and_in_every_list() -> None:
    assert len(set(REQUEST_COLUMNS)) == len(REQUEST_COLUMNS)
    for name in ("stored", "staged_stored", "stored_stored", "page_definitions", "raw_definitions"):
        assert '"outcome"' in LISTS[name].as_string(None)
    assert STORED_COLUMNS[0] == "srnumber"
    assert "outcome" in SERVED_COLUMNS


def test_a_statement_without_its_identifiers_is_refused() -> None:
    with pytest.raises(KeyError):
        composed("stage/discard")
