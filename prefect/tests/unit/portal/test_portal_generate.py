"""Rows on standard output: every format says the same."""

from __future__ import annotations

import csv
import io
import json

import pytest

from portal.generate import main

ARGUMENTS = ["--rows", "300", "--today", "2026-11-24", "--bad-share", "0.3"]


def generated(capsys: pytest.CaptureFixture[str], *options: str) -> str:
    main([*ARGUMENTS, *options])
    return capsys.readouterr().out


def test_json_is_an_array_without_nulls(capsys: pytest.CaptureFixture[str]) -> None:
    rows = json.loads(generated(capsys, "--format", "json"))
    assert len(rows) == 300
    assert all(isinstance(value, str) for row in rows for value in row.values())


def test_copy_text_reads_back_as_the_same_values(capsys: pytest.CaptureFixture[str]) -> None:
    rows = json.loads(generated(capsys, "--format", "json"))
    escapes = {r"\n": "\n", r"\r": "\r", r"\t": "\t", r"\\": "\\"}
    lines = (
        generated(capsys, "--format", "copy", "--columns", "srnumber,address,nc")
        .removesuffix("\n")
        .split("\n")
    )
    for line, row in zip(lines, rows, strict=True):
        for text, name in zip(line.split("\t"), ("srnumber", "address", "nc"), strict=True):
            value = None if text == r"\N" else text
            for written, meant in escapes.items():
                value = value and value.replace(written, meant)
            assert value == (row[name].replace("\x00", "") if name in row else None)


def test_csv_has_a_header_and_reads_back(capsys: pytest.CaptureFixture[str]) -> None:
    rows = json.loads(generated(capsys, "--format", "json", "--schema", "cases"))
    read = list(
        csv.DictReader(io.StringIO(generated(capsys, "--format", "csv", "--schema", "cases"), newline=""))
    )
    assert [{k: v for k, v in row.items() if v} for row in read] == rows


def test_no_rows_are_an_empty_array(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--rows", "0"])
    assert json.loads(capsys.readouterr().out) == []
