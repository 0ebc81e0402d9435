from __future__ import annotations

import csv
import io

import pytest

from data.table import Table

TABLE = Table.of(("name", "requests", "_ids"), [("a", 2, [1]), ("b", None, [2, 3])])


def test_json_and_back() -> None:
    assert Table.from_json(TABLE.to_json()) == TABLE


def test_columns_rows_and_sums() -> None:
    assert TABLE.column("name") == ["a", "b"]
    assert TABLE.total("requests") == 2
    assert list(TABLE)[1] == {"name": "b", "requests": None, "_ids": [2, 3]}
    assert TABLE.keep(row for row in TABLE if row["name"] == "b").one()["_ids"] == [2, 3]


def test_people_do_not_see_hidden_columns() -> None:
    assert TABLE.shown().columns == ("name", "requests")
    assert "_ids" not in TABLE.csv()


def test_csv_quotes_what_needs_it() -> None:
    table = Table.of(("name", "parts"), [('say "no", please\nnow', [1, 2])])
    assert list(csv.reader(io.StringIO(table.csv()))) == [["name", "parts"], ['say "no", please\nnow', "1 2"]]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"])
def test_a_spreadsheet_runs_nothing(text: str) -> None:
    written = Table.of(("address",), [(text,)]).csv()
    assert list(csv.reader(io.StringIO(written)))[1] == [f"'{text}"]


def test_numbers_below_zero_stay_numbers() -> None:
    assert Table.of(("net",), [(-3,)]).csv().split() == ["net", "-3"]
