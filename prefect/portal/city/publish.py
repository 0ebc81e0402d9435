"""Writes the city's requests into the portal's datasets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from portal.city.bad_rows import DEFAULT_BAD_SHARE, damage_rows
from portal.city.calendar import Calendar, calendar
from portal.city.case_rows import cases_table
from portal.city.draw import BLOCK, MINUTES_A_DAY, Block, draw
from portal.city.kinds import kinds
from portal.city.legacy_rows import Table, legacy_table
from portal.city.life import Life, seen_on
from portal.datasets import CASES_START, FIRST_DAY, LEGACY_DENSE_END, Dataset, published
from portal.schemas import CASES, LEGACY, SCHEMAS, Schema
from portal.store import SYSTEM_NAMES, Row, Store

TABLES: dict[str, Callable[[Block, Life], Table]] = {LEGACY.name: legacy_table, CASES.name: cases_table}
STRAGGLERS = 0.08
"""Share of requests that the old dataset still receives after August 2025."""


@dataclass(frozen=True)
class City:
    """A city of ``rows`` requests up to the day before ``anchor``, as known on the morning of ``today``."""

    rows: int
    today: date
    anchor: date
    seed: int = 311
    bad_share: float = DEFAULT_BAD_SHARE

    def anchored_at(self, anchor: date) -> City:
        return replace(self, anchor=anchor)

    @property
    def calendar(self) -> Calendar:
        return calendar(self.rows, self.anchor, self.today)

    @property
    def blocks(self) -> int:
        return -(-self.calendar.rows // BLOCK)


def publish_city(store: Store, city: City) -> None:
    """Fill the store with every dataset up to the day before the city's today."""
    datasets = datasets_until(city.today)
    for dataset in datasets:
        store.add_dataset(dataset)
    for number in range(city.blocks):
        for dataset, members in block_rows(city, number, datasets):
            store.append(dataset, members)
    store.index()


def datasets_until(today: date) -> list[Dataset]:
    """The datasets that the portal lists on that day; each year has its own."""
    return published(today.year)


def block_rows(city: City, number: int, datasets: list[Dataset]) -> Iterator[tuple[Dataset, list[Row]]]:
    """The rows of one block by dataset; the values are in the order of the dataset's stored columns."""
    block = draw(city.seed, number, city.calendar)
    for schema in SCHEMAS.values():
        groups = [
            (d, members) for d in datasets if d.schema is schema and (members := _members(d, block)).any()
        ]
        if groups:
            rows = _rows(city, block, schema, (*SYSTEM_NAMES, *schema.stored_names))
            for dataset, members in groups:
                yield dataset, [rows[at] for at in np.flatnonzero(members).tolist()]


def whole_block(city: City, number: int, schema: Schema, names: Sequence[str]) -> list[Row]:
    """Every row of one block in the named columns of one schema, regardless of the dataset of its day."""
    return _rows(city, draw(city.seed, number, city.calendar), schema, names)


def _rows(city: City, block: Block, schema: Schema, names: Sequence[str]) -> list[Row]:
    life = seen_on(block, (city.today - FIRST_DAY).days)
    table = TABLES[schema.name](block, life)
    damage_rows(table, schema, block, city.bad_share)
    return list(zip(*(table[name] for name in names), strict=True))


def _members(dataset: Dataset, block: Block) -> NDArray[np.bool_]:
    day = block.created // MINUTES_A_DAY
    first, last = ((d - FIRST_DAY).days for d in (dataset.first_day, dataset.last_day))
    members = (day >= first) & (day <= last)
    if dataset.schema is LEGACY:
        members &= kinds().has_old[block.kind]
    if dataset.schema is LEGACY and dataset.last_day > CASES_START:
        is_straggler = block.chance["overlap"] < STRAGGLERS
        members &= (day <= (LEGACY_DENSE_END - FIRST_DAY).days) | is_straggler
    return np.asarray(members, dtype=np.bool_)
