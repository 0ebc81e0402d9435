from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from pandas import DataFrame

from data.frames import daily, decode, encode, figures, records, to_csv, visible, with_others

FRAME = DataFrame({"name": ["a", "b"], "requests": [2, 3], "_ids": [[1], [2, 3]]})


def test_json_and_back() -> None:
    columns = [("name", 25), ("requests", 20), ("people", 23), ("rate", 1700), ("day", 1082), ("at", 1184)]
    rows = [
        ("a", 2, None, Decimal("0.5"), date(2026, 1, 2), datetime(2026, 1, 2, 3, tzinfo=UTC)),
        ("b", 3, 4, None, None, None),
    ]
    frame = decode(encode(columns, rows))
    assert [str(kind) for kind in frame.dtypes[1:4]] == ["int64", "Int64", "float64"]
    assert [frame[name].dtype.kind for name in ("day", "at")] == ["M", "M"]
    assert records(frame)[1] == {
        "name": "b", "requests": 3, "people": 4, "rate": None, "day": None, "at": None,
    }  # fmt: skip
    assert records(frame)[0]["day"] == "2026-01-02"
    assert records(frame)[0]["people"] is None


def test_an_empty_frame_keeps_its_columns() -> None:
    frame = decode(encode([("day", 1082), ("requests", 20)], []))
    assert list(frame) == ["day", "requests"]
    assert len(daily(frame, date(2026, 1, 1), date(2026, 1, 3))) == 3


def test_hidden_columns_are_not_shown() -> None:
    assert list(visible(FRAME)) == ["name", "requests"]
    assert "_ids" not in to_csv(FRAME)


def test_csv_quotes_what_needs_it() -> None:
    text = to_csv(DataFrame({"name": ['say "no", please\nnow'], "day": [date(2026, 1, 2)], "people": [None]}))
    assert list(csv.reader(io.StringIO(text))) == [
        ["name", "day", "people"],
        ['say "no", please\nnow', "2026-01-02", ""],
    ]
    assert text.endswith("\r\n")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_spreadsheet_runs_nothing(text: str) -> None:
    written = to_csv(DataFrame({"address": [text]}))
    assert list(csv.reader(io.StringIO(written, newline="")))[1] == [f"'{text}"]


def test_negative_numbers_stay_numbers() -> None:
    assert to_csv(DataFrame({"net": [-3], "rate": [-0.5]})).split() == ["net,rate", "-3,-0.5"]
    assert to_csv(figures({"net": -3})).split() == ["figure,value", "net,-3"]


def test_counts_among_rates_and_unknown_values_stay_whole_numbers() -> None:
    written = to_csv(figures({"requests": 317, "people": None, "rate": 70.5})).split()
    assert written == ["figure,value", "requests,317", "people,", "rate,70.5"]


def test_the_rest_is_one_group_at_the_end() -> None:
    frame = DataFrame({"type": list("abcd"), "requests": [4, 3, 2, 1]})
    assert records(with_others(frame, "type", 2)) == [
        {"type": "a", "requests": 4},
        {"type": "b", "requests": 3},
        {"type": "Others (2)", "requests": 3},
    ]
    assert with_others(frame, "type", 3) is frame


def test_days_without_a_row_are_zero() -> None:
    frame = decode(encode([("day", 1082), ("requests", 20)], [(date(2026, 1, 2), 5)]))
    assert daily(frame, date(2026, 1, 1), date(2026, 1, 3)).tolist() == [0, 5, 0]
