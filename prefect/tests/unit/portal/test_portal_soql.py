"""The condition language: against a Python reading of the same condition, and what it refuses."""

from __future__ import annotations

import contextlib
import sqlite3
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.errors import SodaError
from portal.schemas import CHECKBOX, FIXED, FLOATING, NUMBER, ROW_ID, TEXT, Column
from portal.soql.ast import RowAfter
from portal.soql.compiler import compile_condition
from portal.soql.keyset import recognise
from portal.soql.literals import adapt
from portal.soql.parser import parse_order, parse_select, parse_where
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

TEXTS = ["BOS", "O'MALLEY", 'say "hi"', "ÑANDÚ", "", "100%", "a;b"]
VALUES = {
    "owner": TEXTS,
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


@dataclass(frozen=True)
class Condition:
    """SoQL text and the same condition as a tree of tuples for the oracle."""

    text: str
    tree: tuple[Any, ...]


def quoted(name: str, value: str) -> str:
    if name == "latitude":
        return value
    return "'" + value.replace("'", "''") + "'"


@st.composite
def comparisons(draw: st.DrawFn) -> Condition:
    name = draw(st.sampled_from([n for n in VALUES if n != "anonymous"]))
    values = st.sampled_from(WRITTEN.get(name, VALUES[name]))
    tree: tuple[Any, ...]
    form = draw(st.sampled_from(["compare", "null", "in", "between", "keyset"]))
    not_ = draw(st.sampled_from(["", "NOT "]))
    first, second = draw(values), draw(values)
    if form == "compare":
        operator = draw(st.sampled_from(["=", "!=", "<>", "<", "<=", ">", ">="]))
        return Condition(f"{name} {operator} {quoted(name, first)}", ("compare", operator, name, first))
    if form == "null":
        tree = ("null", name)
        return Condition(f"{name} IS {not_}NULL", ("not", tree) if not_ else tree)
    if form == "in":
        tree = ("in", name, (first, second))
        text = f"{name} {not_}IN ({quoted(name, first)}, {quoted(name, second)})"
        return Condition(text, ("not", tree) if not_ else tree)
    if form == "between":
        tree = ("and", ("compare", ">=", name, first), ("compare", "<=", name, second))
        text = f"{name} {not_}between {quoted(name, first)} and {quoted(name, second)}"
        return Condition(text, ("not", tree) if not_ else tree)
    at, after = draw(st.sampled_from(WRITTEN[":updated_at"])), draw(st.sampled_from(VALUES[":id"]))
    same = ("and", ("compare", "=", ":updated_at", at), ("compare", ">", ":id", after))
    text = f"(:updated_at > '{at}' OR (:updated_at = '{at}' AND :id > '{after}'))"
    return Condition(text, ("or", ("compare", ">", ":updated_at", at), same))


def joined(inner: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    pairs = st.tuples(st.sampled_from(["and", "or"]), inner, inner)
    return pairs.map(
        lambda p: Condition(f"({p[1].text}) {p[0].upper()} ({p[2].text})", (p[0], p[1].tree, p[2].tree))
    ) | (inner.map(lambda c: Condition(f"NOT ({c.text})", ("not", c.tree))))


CONDITIONS = st.recursive(comparisons(), joined, max_leaves=8)
ROWS = st.lists(
    st.fixed_dictionaries({name: st.sampled_from([*values, None]) for name, values in VALUES.items()}),
    max_size=12,
)


def oracle(tree: tuple[Any, ...], row: dict[str, str | None]) -> bool | None:
    """Three-valued logic over one row."""
    match tree:
        case ("and", left, right):
            answers = [oracle(left, row), oracle(right, row)]
            return False if False in answers else None if None in answers else True
        case ("or", left, right):
            answers = [oracle(left, row), oracle(right, row)]
            return True if True in answers else None if None in answers else False
        case ("not", inner):
            answer = oracle(inner, row)
            return None if answer is None else not answer
        case ("null", name):
            return row[name] is None
        case ("in", name, values):
            answers = [oracle(("compare", "=", name, value), row) for value in values]
            return True if True in answers else None if None in answers else False
        case ("compare", operator, name, value):
            return compared(operator, row[name], value, TYPES[name])
    raise AssertionError(tree)


def compared(operator: str, stored: str | None, written: str, kind: str) -> bool | None:
    if stored is None:
        return None
    left: Any = float(stored) if kind == NUMBER else stored
    right: Any = float(written) if kind == NUMBER else adapt(written, kind)
    answers: dict[str, bool] = {
        "=": left == right,
        "!=": left != right,
        "<>": left != right,
        "<": left < right,
        "<=": left <= right,
        ">": left > right,
        ">=": left >= right,
    }
    return answers[operator]


def selected(text: str, rows: list[dict[str, str | None]]) -> list[int]:
    connection = sqlite3.connect(":memory:")
    names = list(VALUES)
    connection.execute(f"CREATE TABLE rows ({', '.join(chr(34) + n + chr(34) for n in names)})")
    connection.executemany(
        f"INSERT INTO rows VALUES ({', '.join('?' * len(names))})", [[r[n] for n in names] for r in rows]
    )
    compiled = compile_condition(recognise(parse_where(text)), VIEW)
    found = connection.execute(
        f"SELECT rowid - 1 FROM rows WHERE {compiled.text}", compiled.values
    ).fetchall()
    connection.close()
    return [row[0] for row in found]


@given(CONDITIONS, ROWS)
def test_a_condition_selects_the_rows_that_python_selects(
    condition: Condition, rows: list[dict[str, str | None]]
) -> None:
    expected = [at for at, row in enumerate(rows) if oracle(condition.tree, row) is True]
    assert selected(condition.text, rows) == expected


@given(st.text(alphabet="ab:'\"`()*,;=<>!- \n0.%", max_size=30))
def test_any_text_is_a_condition_or_refused(text: str) -> None:
    with contextlib.suppress(SodaError):
        selected(text, [])


@pytest.mark.parametrize(
    "text",
    [
        "(:updated_at > '2020-01-01' OR (:updated_at = '2020-01-01' AND :id > 'row-2'))",
        "((:id > 'row-2' AND :updated_at = '2020-01-01') OR :updated_at > '2020-01-01')",
    ],
)
def test_keyset_paging_is_recognised_in_any_order(text: str) -> None:
    assert isinstance(recognise(parse_where(text)), RowAfter)


@pytest.mark.parametrize(
    "text",
    [
        "(:updated_at > '2020-01-01' OR (:updated_at = '2020-01-02' AND :id > 'row-2'))",
        "(:updated_at >= '2020-01-01' OR (:updated_at = '2020-01-01' AND :id > 'row-2'))",
        "(:updated_at > '2020-01-01' OR (:updated_at = '2020-01-01' AND :id < 'row-2'))",
    ],
)
def test_what_only_looks_like_keyset_paging_is_left_alone(text: str) -> None:
    assert not isinstance(recognise(parse_where(text)), RowAfter)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("nosuch = 'x'", "query.soql.no-such-column"),
        ("owner = 5", "query.soql.type-mismatch"),
        ("createddate > 'tomorrow'", "query.soql.type-mismatch"),
        ("latitude = 'north'", "query.soql.type-mismatch"),
        ("owner = latitude", "query.soql.type-mismatch"),
        ("owner", "query.soql.type-mismatch"),
        ("owner = 'x", "query.compiler.malformed"),
        ("owner = 'x') OR (1 = 1", "query.compiler.malformed"),
        ("owner = 'x' owner", "query.compiler.malformed"),
        ("owner IS 'x'", "query.compiler.malformed"),
        ("owner NOT 'x'", "query.compiler.malformed"),
        ("sleep(5) = 1", "query.compiler.malformed"),
        ("sleep(owner) = 'x'", "query.compiler.malformed"),
        ("owner; DROP TABLE rows", "query.compiler.malformed"),
        ("(" * 100 + "owner = 'x'" + ")" * 100, "query.compiler.malformed"),
        (" AND ".join(["owner = 'x'"] * 500), "query.compiler.malformed"),
        ("", "query.compiler.malformed"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_a_code(text: str, code: str) -> None:
    with pytest.raises(SodaError) as refused:
        compile_condition(parse_where(text), VIEW)
    assert (refused.value.status, refused.value.code) == (400, code)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("upper(owner) = 'BOS'", [0, 1]),
        ("lower(owner) like 'b%'", [0, 1]),
        ("owner not like 'b%'", [2]),
        ("starts_with(owner, 'b')", [1]),
        ("date_trunc_ym(createddate) = '2020-01-01'", [0, 1]),
        ("anonymous", [0]),
        ("anonymous = false", [1]),
        ("true", [0, 1, 2]),
    ],
)
def test_functions_and_booleans(text: str, expected: list[int]) -> None:
    rows = [
        {
            **dict.fromkeys(VALUES),
            "owner": "BOS",
            "createddate": "2020-01-31T00:00:00.000",
            "anonymous": "true",
        },
        {
            **dict.fromkeys(VALUES),
            "owner": "bos",
            "createddate": "2020-01-01T00:00:00.000",
            "anonymous": "false",
        },
        {**dict.fromkeys(VALUES), "owner": "OCB", "createddate": "2020-02-01T00:00:00.000"},
    ]
    assert selected(text, rows) == expected


def test_select_and_order_keep_their_items_in_order() -> None:
    assert [item.alias for item in parse_select(":*, *, count(*) as n")] == [None, None, "n"]
    assert [item.descending for item in parse_order(":updated_at desc, :id ASC, owner")] == [
        True,
        False,
        False,
    ]


@pytest.mark.parametrize("text", ['owner as `a"b`', "owner as", "owner as 'x'", "count(*) n"])
def test_an_alias_is_a_plain_name(text: str) -> None:
    with pytest.raises(SodaError):
        parse_select(text)
