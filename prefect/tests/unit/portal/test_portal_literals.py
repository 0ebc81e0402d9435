"""Constants as columns store them."""

from __future__ import annotations

import pytest

from portal.errors import SodaError
from portal.schemas import CHECKBOX, FIXED, FLOATING, NUMBER, TEXT
from portal.soql.literals import adapt


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        ("2020-01-01", FLOATING, "2020-01-01T00:00:00.000"),
        ("2020-01-01T00:45:00", FLOATING, "2020-01-01T00:45:00.000"),
        ("2020-01-01T00:45:00.1234", FLOATING, "2020-01-01T00:45:00.123"),
        ("2020-01-01T00:45:00Z", FIXED, "2020-01-01T00:45:00.000Z"),
        ("2020-01-01T00:45:00", FIXED, "2020-01-01T00:45:00.000Z"),
        ("2020-01-01T00:45:00-08:00", FIXED, "2020-01-01T08:45:00.000Z"),
        (34.5, NUMBER, 34.5),
        ("34.5", NUMBER, 34.5),
        (True, CHECKBOX, "true"),
        ("FALSE", CHECKBOX, "false"),
        ("O'MALLEY", TEXT, "O'MALLEY"),
        (None, TEXT, None),
    ],
)
def test_a_constant_takes_the_form_of_its_column(value: object, kind: str, expected: object) -> None:
    assert adapt(value, kind) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "kind"),
    [("soon", FLOATING), (5.0, FIXED), ("north", NUMBER), (True, NUMBER), ("maybe", CHECKBOX), (5.0, TEXT)],
)
def test_a_constant_of_another_type_is_refused(value: object, kind: str) -> None:
    with pytest.raises(SodaError, match="type-mismatch"):
        adapt(value, kind)  # type: ignore[arg-type]
