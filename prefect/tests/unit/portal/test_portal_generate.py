"""The sample city as CSV on standard output."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest

from portal.city.publish import City, whole_block
from portal.generate import main
from portal.schemas import SCHEMAS, Schema
from portal.store import SYSTEM_NAMES

TODAY = date(2026, 11, 24)


def generated(capsys: pytest.CaptureFixture[str], *options: str) -> list[list[str]]:
    main(["--rows", "300", "--today", TODAY.isoformat(), "--bad-share", "0.3", *options])
    return list(csv.reader(io.StringIO(capsys.readouterr().out, newline="")))


@pytest.mark.parametrize("schema", SCHEMAS.values(), ids=SCHEMAS)
def test_every_row_reads_back(capsys: pytest.CaptureFixture[str], schema: Schema) -> None:
    names = [*SYSTEM_NAMES, *schema.stored_names]
    header, *rows = generated(capsys, "--schema", schema.name)
    made = whole_block(City(300, TODAY, TODAY, bad_share=0.3), 0, schema, names)
    assert header == names
    assert rows == [[value or "" for value in row] for row in made]


def test_columns_are_chosen_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    header, first, *_ = generated(capsys, "--columns", "casenumber,type")
    assert (header, len(first)) == (["casenumber", "type"], 2)


def test_no_rows_are_a_header(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--rows", "0", "--columns", "type"])
    assert capsys.readouterr().out == "type\n"
