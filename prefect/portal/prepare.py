"""The store that a portal serves: created once and reused by later starts."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

from portal.city.publish import City, datasets_until, publish_city
from portal.datasets import CITY_FILE
from portal.declared import GENERATED_CITY, datasets_of, sample_of
from portal.files import load_file, load_rows
from portal.sample import rows
from portal.store import Clock, Store, utc_now

SOURCES = Path(__file__).parent
ANCHOR_FILE = "anchor"


def city_store(folder: Path, city: City, clock: Clock = utc_now) -> Store:
    """A store of the city in ``folder``; the existing one if nothing that it depends on has changed.

    The day of the folder's first start is the city's anchor, so that later days have the same requests,
    some of them closed by then, and new ones. Edits last until the city is regenerated on the next day.
    """
    folder.mkdir(parents=True, exist_ok=True)
    city = anchored(folder, city)
    made = folder / f"city-{fingerprint(city)}.sqlite"
    if made.exists():
        store = Store(made, clock)
        for dataset in datasets_until(city.today):
            store.add_dataset(dataset)
        return store
    for old in folder.glob("city-*.sqlite*"):
        old.unlink()
    return _made(made, city, clock)


def _made(path: Path, city: City, clock: Clock) -> Store:
    unfinished = path.with_suffix(".unfinished")
    for leftover in path.parent.glob(f"{unfinished.name}*"):
        leftover.unlink()
    store = Store(unfinished)
    publish_city(store, city)
    store.close()
    unfinished.rename(path)
    store = Store(path, clock)
    for dataset in datasets_until(city.today):
        store.add_dataset(dataset)
    return store


def anchored(folder: Path, city: City) -> City:
    """The city with the anchor stored in ``folder`` for its size and seed; the first call stores it."""
    memory = folder / f"{ANCHOR_FILE}-{city.rows}-{city.seed}"
    if not memory.exists():
        memory.write_text(city.anchor.isoformat(), encoding="utf-8")
    known = date.fromisoformat(memory.read_text(encoding="utf-8"))
    return city.anchored_at(min(known, city.today))


def fingerprint(city: City) -> str:
    """A digest of the city and of the code and data that generate it."""
    digest = hashlib.sha256(repr(city).encode())
    parts = (*SOURCES.glob("*.py"), *SOURCES.glob("city/*.py"), *SOURCES.glob("data/*"))
    for path in sorted([*parts, CITY_FILE]):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def file_store(folder: Path, data: Path, key: str = GENERATED_CITY) -> Store:
    """A new store with the rows of a JSON file."""
    store = _new_store(folder, "file")
    load_file(store, data, datasets_of(key) if key != GENERATED_CITY else None)
    return store


def sample_store(folder: Path, key: str, amount: int, today: date, seed: int, clock: Clock) -> Store:
    """A new store with invented requests of a declared city."""
    store = _new_store(folder, f"sample-{key}", clock)
    load_rows(store, rows(sample_of(key), amount, today, seed), datasets_of(key))
    return store


def _new_store(folder: Path, name: str, clock: Clock = utc_now) -> Store:
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob(f"{name}.sqlite*"):
        old.unlink()
    return Store(folder / f"{name}.sqlite", clock)


def utc_today() -> date:
    return utc_now().date()
