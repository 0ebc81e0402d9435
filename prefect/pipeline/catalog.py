"""``catalog.toml``: which datasets there are, which days each one takes, and what its columns mean."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from pipeline.columns import CODED_COLUMNS, REQUEST_COLUMNS
from pipeline.errors import DataError

CATALOG_FILE = Path(__file__).parents[1] / "catalog.toml"
DatasetId = Annotated[str, Field(pattern=r"^[a-z0-9]{4}-[a-z0-9]{4}$")]
SourceColumn = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class Declaration(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Schema(Declaration):
    """Columns of ``requests`` by the columns of the portal that may hold them, the preferred one first."""

    required: frozenset[str]
    ignored: frozenset[SourceColumn] = frozenset()
    columns: dict[str, tuple[SourceColumn, ...]]

    @property
    def sources(self) -> frozenset[str]:
        """Every column of the portal that is read or knowingly left out."""
        return self.ignored.union(*self.columns.values())

    @model_validator(mode="after")
    def _only_known_columns(self) -> Schema:
        unknown = (self.columns.keys() | self.required) - set(REQUEST_COLUMNS)
        missing = self.required - self.columns.keys()
        if unknown or missing:
            raise ValueError(
                f"no column of requests, or required but not mapped: {sorted(unknown | missing)}"
            )
        return self


class Dataset(Declaration):
    """One dataset of the portal and the days taken from it, both included."""

    id: DatasetId
    title: str
    schema_name: str = Field(alias="schema")
    first_day: date
    last_day: date

    @property
    def years(self) -> range:
        return range(self.first_day.year, self.last_day.year + 1)


class Boundaries(Declaration):
    id: DatasetId


class Discovery(Declaration):
    """How a year that nobody declared is named in the portal's catalog; ``title`` holds ``{year}``."""

    title: str
    schema_name: str = Field(alias="schema")


class Catalog(Declaration):
    """Everything the pipeline may read. Raises ValueError for a contradiction."""

    schemas: dict[str, Schema] = Field(alias="schema")
    aliases: dict[str, dict[str, str]] = {}
    boundaries: Boundaries
    discovery: Discovery | None = None
    datasets: tuple[Dataset, ...] = Field(alias="dataset")

    @model_validator(mode="after")
    def _agrees(self) -> Catalog:
        used = {dataset.schema_name for dataset in self.datasets}
        if unknown := used - self.schemas.keys():
            raise ValueError(f"no such schema: {sorted(unknown)}")
        if unknown := self.aliases.keys() - set(CODED_COLUMNS):
            raise ValueError(f"aliases only for {CODED_COLUMNS}, not {sorted(unknown)}")
        ids = [dataset.id for dataset in self.datasets]
        if repeated := sorted({name for name in ids if ids.count(name) > 1}):
            raise ValueError(f"declared twice: {repeated}")
        ordered = sorted(self.datasets, key=lambda dataset: dataset.first_day)
        for earlier, later in pairwise(ordered):
            if later.first_day <= earlier.last_day:
                raise ValueError(f"{earlier.id} and {later.id} both take {later.first_day}")
        return self

    def with_dataset(self, dataset: Dataset) -> Catalog:
        """This catalog and one dataset more. Raises ValueError when its days are taken."""
        fields = {"schema": self.schemas, "dataset": (*self.datasets, dataset)}
        rest = {"aliases": self.aliases, "boundaries": self.boundaries, "discovery": self.discovery}
        return Catalog.model_validate(fields | rest)

    @property
    def last_day(self) -> date:
        """The last day that any dataset takes."""
        return max(dataset.last_day for dataset in self.datasets)

    def covers(self, day: date) -> bool:
        return any(dataset.first_day <= day <= dataset.last_day for dataset in self.datasets)

    def chosen(self, years: Iterable[int] = (), ids: Iterable[str] = ()) -> tuple[Dataset, ...]:
        """The datasets of these years or ids; all without either. Raises DataError for an unknown one."""
        years, ids = set(years), set(ids)
        known_years = {year for dataset in self.datasets for year in dataset.years}
        unknown = [*sorted(years - known_years), *sorted(ids - {dataset.id for dataset in self.datasets})]
        if unknown:
            raise DataError(f"the catalog has no dataset for {', '.join(map(str, unknown))}")
        return tuple(
            dataset
            for dataset in self.datasets
            if (not years and not ids) or dataset.id in ids or years.intersection(dataset.years)
        )


def load_catalog(path: Path = CATALOG_FILE) -> Catalog:
    """The declared catalog. Raises pydantic's ValidationError, which names the key, for a bad declaration."""
    with path.open("rb") as file:
        return Catalog.model_validate(tomllib.load(file))
