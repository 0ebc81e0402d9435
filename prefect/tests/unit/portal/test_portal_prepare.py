"""The stored city: reused, regenerated when something changed, and the same on a later day."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from portal.city.publish import City
from portal.edit import Editor
from portal.prepare import city_store
from portal.store import Store

TODAY, LATER = date(2026, 11, 24), date(2026, 12, 24)


def opened(folder: Path, today: date, rows: int = 500) -> tuple[Store, int, str]:
    store = city_store(folder, City(rows, today, today, bad_share=0.0))
    total = sum(store.count(dataset) for dataset in store.datasets.values())
    found = (
        store.connection()
        .execute("SELECT casenumber FROM rows_2cy6_i7zn ORDER BY rowid LIMIT 1")
        .fetchone()[0]
    )
    store.close()
    return store, total, found


def test_a_restart_serves_the_file_of_the_first_start(tmp_path: Path) -> None:
    first, *content = opened(tmp_path, TODAY)
    made_at = first.path.stat().st_mtime_ns
    again, *same = opened(tmp_path, TODAY)
    assert (again.path, same) == (first.path, content)
    assert again.path.stat().st_mtime_ns == made_at


def test_a_restart_goes_on_with_other_rows(tmp_path: Path) -> None:
    def touched() -> set[str]:
        store = city_store(tmp_path, City(500, TODAY, TODAY))
        Editor(store).touch("2cy6-i7zn", 10)
        newest = 'SELECT ":id" FROM rows_2cy6_i7zn ORDER BY ":updated_at" DESC LIMIT 10'
        rows = {row[0] for row in store.connection().execute(newest)}
        store.close()
        return rows

    assert touched() != touched()


def test_the_next_days_add_to_the_same_city(tmp_path: Path) -> None:
    _, before, first_case = opened(tmp_path, TODAY)
    _, after, same_case = opened(tmp_path, LATER)
    assert after > before
    assert same_case == first_case


def test_only_the_newest_file_is_kept(tmp_path: Path) -> None:
    opened(tmp_path, TODAY)
    store, *_ = opened(tmp_path, TODAY, rows=600)
    assert list(tmp_path.glob("city-*.sqlite")) == [store.path]


def test_an_unfinished_file_is_not_served(tmp_path: Path) -> None:
    store, total, _ = opened(tmp_path, TODAY)
    store.path.rename(store.path.with_suffix(".unfinished"))
    _, again, _ = opened(tmp_path, TODAY)
    assert again == total
