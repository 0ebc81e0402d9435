"""The store: increasing timestamps, all-or-nothing writes, and the newer of two rows with one number."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from portal.city.publish import City, publish_city
from portal.datasets import Dataset
from portal.edit import Editor
from portal.store import Row, Store

TODAY = date(2026, 11, 24)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(tmp_path / "rows.sqlite")
    publish_city(made, City(200, TODAY, TODAY, bad_share=0.0))
    yield made
    made.close()


@pytest.fixture
def dataset(store: Store) -> Dataset:
    return store.datasets["2cy6-i7zn"]


def row_of(dataset: Dataset, **values: str) -> Row:
    names = (":id", ":created_at", ":updated_at", *dataset.schema.stored_names)
    given = {name.replace("system_", ":"): value for name, value in values.items()}
    return [given.get(name) for name in names]


def test_stamps_rise_even_before_they_are_used(store: Store, dataset: Dataset) -> None:
    stamps = [*store.next_stamps(10), *store.next_stamps(1), *store.next_stamps(2)]
    assert stamps == sorted(set(stamps))
    assert stamps[0] > store.updated_at(dataset)


def test_stamps_follow_rows_from_the_future(store: Store, dataset: Dataset) -> None:
    store.append(dataset, [row_of(dataset, system_id="row-x", system_updated_at="2099-01-01T00:00:00.000Z")])
    assert store.next_stamps(1) == ["2099-01-01T00:00:00.001Z"]


def test_rows_are_added_all_or_none(store: Store, dataset: Dataset) -> None:
    before = store.count(dataset)
    with pytest.raises(RuntimeError):
        store.append(dataset, broken_off(row_of(dataset, system_id="row-x")))
    assert store.count(dataset) == before


def broken_off(row: Row) -> Iterator[Row]:
    yield row
    raise RuntimeError


def test_an_edit_of_a_number_published_twice_goes_to_the_newer_row(store: Store, dataset: Dataset) -> None:
    for identifier, stamp in (("row-a", "2026-11-22T00:00:00.000Z"), ("row-b", "2026-11-23T00:00:00.000Z")):
        twice = row_of(dataset, casenumber="7", system_id=identifier, system_updated_at=stamp)
        store.append(dataset, [twice])
    store.append(
        dataset, [row_of(dataset, casenumber="7", system_id="row-c", system_updated_at="2026-11-21")]
    )
    Editor(store).upsert({"casenumber": "7", "status": "Closed"}, dataset.id)
    query = 'SELECT ":id" FROM rows_2cy6_i7zn WHERE casenumber = ? AND status = ?'
    assert store.connection().execute(query, ("7", "Closed")).fetchall() == [("row-b",)]


def test_a_thread_can_give_its_connection_back(store: Store, dataset: Dataset) -> None:
    first = store.connection()
    store.release()
    store.release()
    assert store.connection() is not first
    assert store.count(dataset) > 0
