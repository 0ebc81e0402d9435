"""Numbers and bounds, parsed from text."""

from __future__ import annotations

import pytest

from lacity_data_api.city.facts import Bounds, City
from lacity_data_api.errors import InvalidError
from lacity_data_api.params import parse_number
from lacity_data_api.requests.params import parse_bounds


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("34", 34),
        ("-118.25", -118.25),
        ("+.5", 0.5),
        ("5.", 5),
        (" 34 ", 34),
        ("1e-05", 0.00001),
        ("1E2", 100),
    ],
)
def test_decimal_numbers(text: str, number: float) -> None:
    assert parse_number(text) == number


@pytest.mark.parametrize(
    "text",
    [
        *("", ".", "x", "1 2", "--1", "0x1", "3_4.05", "\u0663\u0664", "\uff13\uff14"),
        *("nan", "inf", "-Infinity", "1e999", "9" * 400),
    ],
)
def test_everything_else_is_rejected(text: str) -> None:
    with pytest.raises(ValueError, match="must be a decimal number"):
        parse_number(text)


def test_bounds_may_have_spaces_and_exponents() -> None:
    assert parse_bounds("-1e-05, 51,0.1, 51.5", City()) == Bounds(-0.00001, 51, 0.1, 51.5)


@pytest.mark.parametrize(
    "text", ["nan,1,2,3", "1_0,1,20,3", "\u0660,1,2,3", "-inf,0,inf,1", "1,2,3", "1,2,3,4,5", "1,,2,3"]
)
def test_bounds_need_four_numbers(text: str) -> None:
    with pytest.raises(InvalidError, match="four numbers are needed: west,south,east,north"):
        parse_bounds(text, City())
