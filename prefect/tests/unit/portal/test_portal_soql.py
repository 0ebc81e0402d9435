"""The condition language: compared with a Python evaluation of the same condition, and what it rejects."""

from __future__ import annotations

import contextlib
import sqlite3
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.errors import SodaError
from portal.schemas import CHECKBOX, FIXED, FLOATING, NUMBER, ROW_ID, TEXT, Column
from portal.soql import clauses, condition, expression, ordered, selected
from portal.values import adapt
from portal.view import View

COLUMNS = (
    Column("owner", TEXT),
    Column("latitude", NUMBER),
    Column("createddate", FLOATING),
    Column("anonymous", CHECKBOX),
)
SYSTEM = (Column(":id", ROW_ID), Column(":updated_at", FIXED))
VIEW = View("rows", COLUMNS, SYSTEM)
TYPES = {column.name: column.type for column in (*COLUMNS, *SYSTEM)}
VALUES = {
    "owner": ["BOS", "O'MALLEY", 'say "hi"', "ÑANDÚ", "", "100%", "a) OR (b"],
    "latitude": ["34.05", "-118.25", "0", "33.9"],
    "createddate": ["2020-01-01T00:00:00.000", "2020-01-01T00:45:00.000", "2021-06-30T23:59:00.000"],
    "anonymous": ["true", "false"],
    ":id": ["row-2222.2222-2222", "row-aaaa.aaaa-aaaa", "row-zzzz.zzzz-zzzz"],
    ":updated_at": ["2020-01-02T00:05:00.137Z", "2020-01-02T00:05:20.198Z", "2021-07-01T00:06:00.000Z"],
}
WRITTEN = {
    "createddate": ["2020-01-01", "2020-01-01T00:45:00", "2021-06-30T23:59:00.000"],
    ":updated_at": ["2020-01-02T00:05:00.137Z", "2020-01-02", "2021-07-01T00:06:00Z"],
}
Condition = tuple[str, tuple[Any, ...]]
"""SoQL text and the same condition as a tree of tuples for the oracle."""


def quoted(name: str, value: str) -> str:
    return value if name in ("latitude", "anonymous") else "'" + value.replace("'", "''") + "'"


@st.composite
def comparisons(draw: st.DrawFn) -> Condition:
    name = draw(st.sampled_from(list(VALUES)))
    value = draw(st.sampled_from(WRITTEN.get(name, VALUES[name])))
    operator = draw(st.sampled_from(["=", "!=", "<>", "<", "<=", ">", ">="]))
    column = draw(st.sampled_from([name, name.upper(), f"`{name}`"]))
    return f"{column} {operator} {quoted(name, value)}", ("compare", operator, name, value)


@st.composite
def null_tests(draw: st.DrawFn) -> Condition:
    name, negated = draw(st.sampled_from(list(VALUES))), draw(st.booleans())
    return f"{name} IS {'NOT ' if negated else ''}NULL", ("not null" if negated else "null", name)


@st.composite
def keysets(draw: st.DrawFn) -> Condition:
    at, after = draw(st.sampled_from(WRITTEN[":updated_at"])), draw(st.sampled_from(VALUES[":id"]))
    same = ("and", ("compare", "=", ":updated_at", at), ("compare", ">", ":id", after))
    text = f"(:updated_at > '{at}' OR (:updated_at = '{at}' AND :id > '{after}'))"
    return text, ("or", ("compare", ">", ":updated_at", at), same)


def joined(inner: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    pairs = st.tuples(st.sampled_from(["and", "or"]), inner, inner)
    return pairs.map(lambda p: (f"({p[1][0]}) {p[0].upper()} ({p[2][0]})", (p[0], p[1][1], p[2][1])))


CONDITIONS = st.recursive(comparisons() | null_tests() | keysets(), joined, max_leaves=8)
ROWS = st.lists(
    st.fixed_dictionaries({name: st.sampled_from([*values, None]) for name, values in VALUES.items()}),
    max_size=12,
)


def oracle(tree: tuple[Any, ...], row: dict[str, str | None]) -> bool | None:
    """Three-valued logic over one row."""
    match tree:
        case ("and", left, right):
            values = [oracle(left, row), oracle(right, row)]
            return False if False in values else None if None in values else True
        case ("or", left, right):
            values = [oracle(left, row), oracle(right, row)]
            return True if True in values else None if None in values else False
        case ("null", name):
            return row[name] is None
        case ("not null", name):
            return row[name] is not None
    _, operator, name, value = tree
    text = row[name]
    if text is None:
        return None
    left, right = adapt(text, TYPES[name]), adapt(value, TYPES[name])
    return {
        "=": left == right,
        "!=": left != right,
        "<>": left != right,
        "<": left < right,  # type: ignore[operator]
        "<=": left <= right,  # type: ignore[operator]
        ">": left > right,  # type: ignore[operator]
        ">=": left >= right,  # type: ignore[operator]
    }[operator]


@given(CONDITIONS, ROWS)
def test_sqlite_selects_what_the_condition_means(wanted: Condition, rows: list[dict[str, Any]]) -> None:
    text, tree = wanted
    sql = condition(text, VIEW)
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        names = ", ".join(f'"{name}" TEXT' for name in VALUES)
        connection.execute(f"CREATE TABLE rows ({names})")
        connection.executemany(
            f"INSERT INTO rows VALUES ({', '.join('?' * len(VALUES))})",
            [tuple(row[name] for name in VALUES) for row in rows],
        )
        found = connection.execute(
            f"SELECT rowid FROM rows WHERE {sql.text} ORDER BY rowid", sql.values
        ).fetchall()
    assert [row[0] for row in found] == [at for at, row in enumerate(rows, 1) if oracle(tree, row)]


def test_a_keyset_is_one_comparison_of_pairs() -> None:
    sql = condition("(:updated_at > '2020-01-02' OR (:updated_at = '2020-01-02' AND :id > 'a'))", VIEW)
    assert sql.text == '(((":updated_at", ":id") > (?, ?)))'
    assert sql.values == ("2020-01-02T00:00:00.000Z", "a")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "owner",
        "owner =",
        "owner = 'a",
        "owner = 'a' owner = 'b'",
        "(owner = 'a'",
        "owner = 'a')",
        "owner LIKE 'a%'",
        "owner IN ('a')",
        "NOT owner = 'a'",
        "upper(owner) = 'A'",
        "'a' = owner",
        "owner = 'a'; DROP TABLE rows",
        "(:updated_at > '2020-01-02' OR (:updated_at = '2020-01-03' AND :id > 'a'))",
        "(" * 65 + "owner = 'a'" + ")" * 65,
    ],
)
def test_other_conditions_are_rejected(text: str) -> None:
    with pytest.raises(SodaError, match="Could not parse"):
        condition(text, VIEW)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("nosuch = 1", "query.soql.no-such-column"),
        ("createddate > 'soon'", "query.soql.type-mismatch"),
        ("latitude > 'north'", "query.soql.type-mismatch"),
        ("anonymous = 'maybe'", "query.soql.type-mismatch"),
    ],
)
def test_unknown_columns_and_wrong_constants_are_named(text: str, code: str) -> None:
    with pytest.raises(SodaError) as error:
        condition(text, VIEW)
    assert (error.value.code, error.value.status) == (code, 400)


def test_items_are_selected_under_their_names() -> None:
    items = selected(
        ":*, owner AS who, count(*), max(:updated_at), date_trunc_ym(createddate) AS month", VIEW
    )
    assert [item.name for item in items] == [":id", ":updated_at", "who", "count", "max_updated_at", "month"]
    assert [item.is_aggregate for item in items] == [False, False, False, True, True, False]


@pytest.mark.parametrize(
    "text", ["sum(latitude)", "count()", "max(*)", "owner || owner", "date_trunc_ym(owner)", "1", "'a'"]
)
def test_other_expressions_are_rejected(text: str) -> None:
    with pytest.raises(SodaError, match="Could not parse"):
        selected(text, VIEW)


def test_orders_put_nulls_last_but_for_the_indexed_columns() -> None:
    month = expression("date_trunc_ym(createddate)", VIEW)
    assert ordered(":updated_at desc, owner, month", VIEW, {"month": month}) == (
        f'":updated_at" desc, "owner" ASC NULLS LAST, {month.text} ASC NULLS LAST'
    )
    with pytest.raises(SodaError, match="sideways"):
        ordered("owner sideways", VIEW, {})


def test_a_whole_query_is_cut_into_its_clauses() -> None:
    text = "SELECT a, b WHERE a = 'select where' AND b IS NULL GROUP BY a ORDER BY b desc LIMIT 5"
    assert clauses(text) == {
        "$select": "a, b",
        "$where": "a = 'select where' AND b IS NULL",
        "$group": "a",
        "$order": "b desc",
        "$limit": "5",
    }


@pytest.mark.parametrize("text", ["", "a, b", "DROP TABLE", "SELECT a SELECT b", "LIMIT 5"])
def test_what_is_no_query_is_rejected(text: str) -> None:
    with pytest.raises(SodaError, match="Could not parse"):
        clauses(text)
