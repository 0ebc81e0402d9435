from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacity_data_api.changes.feeds import atom, json_feed
from lacity_data_api.requests import repository
from lacity_data_api.requests.filters import RequestFilter
from lacity_data_api.statements import Form, Query, Statement, Where

VALUES = st.dictionaries(
    st.sampled_from(["a", "b", "c"]),
    st.one_of(
        st.none(),
        st.integers(),
        st.floats(allow_nan=False),
        st.text(),
        st.dates(),
        st.datetimes(),
        st.lists(st.integers()),
        st.lists(st.text()),
    ),
)
FORMS = st.builds(Form, st.text(), st.sampled_from([None, atom, json_feed]), is_binary=st.booleans())
QUERIES = st.builds(Query, st.text(), VALUES, next_page=st.text(), form=FORMS, link=st.text())


def _identity(query: Query) -> Any:
    return query.sql, repr(sorted(query.values.items())), query.next_page, query.form, query.link


@given(one=QUERIES, other=QUERIES, generations=st.tuples(st.integers(0, 3), st.integers(0, 3)))
def test_keys_are_equal_only_for_the_same_query_and_generation(
    one: Query, other: Query, generations: tuple[int, int]
) -> None:
    first, second = generations
    is_same = _identity(one) == _identity(other) and first == second
    assert (one.key(first, "database", "v") == other.key(second, "database", "v")) is is_same


@given(query=QUERIES, values=VALUES)
def test_every_value_is_part_of_the_key(query: Query, values: dict[str, Any]) -> None:
    other = Query(query.sql, values, next_page=query.next_page)
    assert (query.key(1, "d", "v") == other.key(1, "d", "v")) is (_identity(query) == _identity(other))


def test_order_of_values_does_not_matter() -> None:
    one, other = Query("SELECT :a, :b", {"a": 1, "b": 2}), Query("SELECT :a, :b", {"b": 2, "a": 1})
    assert one.key(1, "d", "v") == other.key(1, "d", "v")


def test_databases_have_keys_of_their_own() -> None:
    query = Query("SELECT 1")
    assert query.key(1, "one", "v") != query.key(1, "two", "v")


def test_keys_are_short() -> None:
    query = Query("SELECT " + "1" * 10_000, {"ids": list(range(1_000))})
    assert len(query.key(2**63, "0" * 8, "v")) < 100


def test_generation_and_database_can_be_read_from_the_key() -> None:
    assert Query("SELECT 1").key(12, "abcd1234", "v").startswith("311:12:abcd1234:")


def test_lists_with_the_same_rows_and_other_links_have_other_keys() -> None:
    """Without dates, both lists have the same SQL, but different links to the next page."""
    pages = [
        repository.page(RequestFilter(), columns, skip=0, limit=5, next_page=path)
        for columns, path in ((repository.CREATED, "/requests?"), (repository.CREATED_OR_CLOSED, "/updated?"))
    ]
    assert pages[0].sql == pages[1].sql
    assert pages[0].key(1, "d", "v") != pages[1].key(1, "d", "v")


def test_forms_of_the_same_text_have_other_keys() -> None:
    forms = [Form(), Form("application/x-ndjson"), Form(write=json_feed), Form(write=atom)]
    assert len({Query("SELECT 1", form=form).key(1, "d", "v") for form in forms}) == len(forms)


def test_conditions_join_with_all_their_values() -> None:
    joined = Where("a = :a", {"a": 1}) & Where("b = :b", {"b": dt.date(2020, 1, 2)})
    assert joined == Where("a = :a\n   AND b = :b", {"a": 1, "b": dt.date(2020, 1, 2)})
    assert Where.all_of([]) == Where()
    with pytest.raises(ValueError, match="bound twice"):
        joined & Where("c = :a", {"a": 2})


def test_digests_differ_with_statement_values_and_form() -> None:
    statements = [Statement("a", {"day": 1}), Statement("b", {"day": 1}), Statement("a", {"day": 2})]
    digests = {statement.digest(form) for statement in statements for form in ("csv", "parquet")}
    assert len(digests) == 6
    assert statements[0].digest("csv") == Statement("a", {"day": 1}).digest("csv")
