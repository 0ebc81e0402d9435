"""A city as declared in its folder, ``cities/<key>/city.toml``: everything specific to one city."""

from __future__ import annotations

import csv
import hashlib
import json
import math
import re
import tomllib
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from itertools import pairwise, zip_longest
from pathlib import Path

from pydantic import Field, ValidationError, field_validator, model_validator

from pipeline.columns import CITY_COLUMNS
from pipeline.config import Settings
from pipeline.declaration import (
    BoundaryDataset,
    Bounds,
    CodedColumn,
    Dataset,
    Declaration,
    Discovery,
    Limits,
    Name,
    Pattern,
    Schema,
    TimeZone,
    TypeGroup,
    Word,
)
from pipeline.declared_lines import problems
from pipeline.errors import DataError, SettingsError
from pipeline.reference_rows import EMPTY_AS_NULL, ReferenceFile, check_rows

CITIES = Path(__file__).parents[1] / "cities"
NOT_SERVED = dict.fromkeys(
    ("portal_url", "nightly_hour_utc", "limits", "boundaries", "discovery", "datasets", "words"), True
)
"""Keys that do not affect how a stored row is served."""
METERS_PER_DEGREE = 111_320
"""Of latitude, and of longitude at the equator; within one percent."""
METERS_TOLERANCE = 0.05


class City(Declaration):
    """Everything that the pipeline may read, and how to interpret it. Raises ValueError if contradictory."""

    key: str = Field(pattern=r"^[a-z]+$")
    name: Name
    portal_url: str = Field(pattern=r"^https?://[^/ ]+")
    time_zone: TimeZone
    nightly_hour_utc: int = Field(default=8, ge=0, le=23)
    bounds: Bounds
    meters_per_degree_longitude: float = Field(gt=0)
    meters_per_degree_latitude: float = Field(gt=0)
    words: dict[Word, Name] = Field(default={})
    limits: Limits = Limits()
    schemas: dict[str, Schema] = Field(alias="schema")
    aliases: dict[CodedColumn, dict[str, str]] = Field(default={})
    patterns: dict[CodedColumn, tuple[Pattern, ...]] = Field(default={})
    names: dict[CodedColumn, dict[str, str]] = Field(default={})
    information_types: tuple[str, ...] = ()
    groups: tuple[TypeGroup, ...] = Field(default=(), alias="group")
    boundaries: BoundaryDataset | None = None
    reference: dict[ReferenceFile, tuple[dict[str, str | None], ...]] = Field(default={})
    discovery: Discovery | None = None
    datasets: tuple[Dataset, ...] = Field(alias="dataset")

    @model_validator(mode="after")
    def _check_consistency(self) -> City:
        used = {dataset.schema_name for dataset in self.datasets}
        if self.discovery:
            used.add(self.discovery.schema_name)
        if unknown := used - self.schemas.keys():
            raise ValueError(f"no such schema: {sorted(unknown)}")
        _refuse_repeated("dataset", (dataset.id for dataset in self.datasets))
        _refuse_repeated("group", (group.id for group in self.groups))
        _refuse_repeated("name of a group", (group.name for group in self.groups))
        _refuse_repeated("type of a group", (code for group in self.groups for code in group.types))
        for name, rows in self.reference.items():
            check_rows(name, rows)
            _refuse_repeated(f"id in {name}.csv", (next(iter(row.values())) for row in rows))
            _refuse_repeated(f"code in {name}.csv", (row["data_code"] for row in rows if "data_code" in row))
        _refuse_overlap(self.datasets)
        return self

    @model_validator(mode="after")
    def _check_meters(self) -> City:
        latitude = (self.bounds.south + self.bounds.north) / 2
        _refuse_other_meters("longitude", self.meters_per_degree_longitude, math.cos(math.radians(latitude)))
        _refuse_other_meters("latitude", self.meters_per_degree_latitude, 1)
        return self

    @field_validator("datasets")
    @classmethod
    def _end_before_next(cls, datasets: tuple[Dataset, ...]) -> tuple[Dataset, ...]:
        """A dataset without a last day ends before the next one begins."""
        ordered = sorted(datasets, key=lambda dataset: dataset.first_day)
        ends = [later.first_day - timedelta(days=1) for later in ordered[1:]]
        pairs = zip_longest(ordered, ends)
        return tuple(d.model_copy(update={"last_day": d.last_day or end}) for d, end in pairs)

    @property
    def newest(self) -> Dataset:
        """The dataset that the city is currently filling."""
        return self.datasets[-1]

    @property
    def own_columns(self) -> list[str]:
        """The optional columns that this city publishes; not every city has them."""
        stored = frozenset[str]().union(*(schema.stored for schema in self.schemas.values()))
        return [name for name in CITY_COLUMNS if name in stored]

    @property
    def has_yearly_datasets(self) -> bool:
        """Whether there is one dataset for each year; each is read whole, with later days of the newest."""
        return len(self.datasets) > 1

    def with_dataset(self, dataset: Dataset) -> City:
        """This city with one more dataset, which succeeds the newest one."""
        last_day = dataset.first_day - timedelta(days=1)
        ended = self.newest.model_copy(update={"last_day": last_day})
        return self.model_copy(update={"datasets": (*self.datasets[:-1], ended, dataset)})

    def without_newest(self) -> City:
        """This city without its newest dataset, which has no rows yet: the previous one covers its days."""
        return self.model_copy(update={"datasets": self.datasets[:-1]}).reopened()

    def reopened(self) -> City:
        """This city with its newest dataset covering every later day."""
        newest = self.newest.model_copy(update={"last_day": None})
        return self.model_copy(update={"datasets": (*self.datasets[:-1], newest)})

    def numbered_alike(self, dataset: Dataset) -> tuple[Dataset, ...]:
        """The datasets of the same schema, itself included: a request in two of them is the same request."""
        return tuple(other for other in self.datasets if other.schema_name == dataset.schema_name)

    def numbered_differently(self, dataset: Dataset) -> tuple[Dataset, ...]:
        """The datasets of other schemas, which may publish its requests under different numbers."""
        return tuple(other for other in self.datasets if other.schema_name != dataset.schema_name)

    @property
    def digest(self) -> str:
        """A digest of the rules for serving stored rows; datasets and limits do not affect it."""
        columns = {name: {"required", "ignored", "columns"} for name in self.schemas}
        rules = self.model_dump(mode="json", exclude={**NOT_SERVED, "schemas": columns})
        return hashlib.sha256(json.dumps(rules, sort_keys=True).encode()).hexdigest()

    def code_of(self, column: CodedColumn, published: str) -> str:
        """The code under which a published value is served: by alias, else by pattern, else the value."""
        text = published.strip()
        aliases = self.aliases.get(column, {})
        found = ((re.search(p.match, text), p.code) for p in self.patterns.get(column, ()))
        patterns = (match.expand(code) for match, code in found if match)
        return aliases[text] if text in aliases else next(patterns, text)

    def reviewed(self, column: CodedColumn) -> frozenset[str]:
        """The declared codes; codes of the API's reference data count as reviewed too."""
        codes = {*self.aliases.get(column, {}).values(), *self.names.get(column, {}), ""}
        codes.update(pattern.code for pattern in self.patterns.get(column, ()))
        if column == "requesttype":
            codes.update(self.information_types, *(group.types for group in self.groups))
        return frozenset(codes)

    @property
    def published(self) -> tuple[Dataset, ...]:
        return tuple(dataset for dataset in self.datasets if not dataset.is_withdrawn)

    def chosen(self, years: Iterable[int] = (), ids: Iterable[str] = ()) -> tuple[Dataset, ...]:
        """The published datasets of these years or ids; by default all. Raises DataError for unknown ones."""
        years, ids = tuple(years), tuple(ids)
        known = {dataset.id for dataset in self.datasets}
        unknown = [year for year in years if not any(dataset.is_of(year) for dataset in self.datasets)]
        if missing := [*map(str, sorted(unknown)), *sorted(set(ids) - known)]:
            raise DataError(f"no dataset is declared for {', '.join(missing)}")
        return tuple(
            dataset
            for dataset in self.published
            if not (years or ids) or dataset.id in ids or any(map(dataset.is_of, years))
        )


def _refuse_repeated(what: str, keys: Iterable[object]) -> None:
    if repeated := sorted(str(key) for key, times in Counter(keys).items() if times > 1):
        raise ValueError(f"{what} declared twice: {repeated}")


def _refuse_other_meters(name: str, declared: float, factor: float) -> None:
    expected = METERS_PER_DEGREE * factor
    if abs(declared - expected) > expected * METERS_TOLERANCE:
        raise ValueError(
            f"meters_per_degree_{name} is {declared:g}; within these bounds it is {expected:.0f}"
        )


def _refuse_overlap(datasets: tuple[Dataset, ...]) -> None:
    for earlier, later in pairwise(datasets):
        # A dataset without a last day ends before the next one begins, possibly before its own first day.
        if earlier.last_day is None or later.first_day <= max(earlier.first_day, earlier.last_day):
            raise ValueError(f"{earlier.id} and {later.id} both cover {later.first_day}")


def load_city(key: str = "la", folder: Path = CITIES) -> City:
    """The declared city. Raises SettingsError, with the line, if the declaration is invalid or missing."""
    try:
        text = (folder / key / "city.toml").read_text(encoding="utf-8")
    except OSError as error:
        declared = ", ".join(sorted(path.name for path in folder.iterdir() if path.is_dir()))
        raise SettingsError(f"CITY={key} is not declared in cities/, which has {declared}") from error
    try:
        city = City.model_validate({**tomllib.loads(text), "reference": read_reference(folder / key)})
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{key}/city.toml is not valid TOML: {error}") from error
    except ValidationError as error:
        raise SettingsError(problems(error, folder / key / "city.toml")) from error
    if city.key != key:
        raise SettingsError(f"{key}/city.toml has key = {city.key!r}: the key is the name of the folder")
    return city


def read_reference(folder: Path) -> dict[str, list[dict[str, str | None]]]:
    """The rows of the city's optional reference files, with pinned ids."""
    files = {path.stem: path.read_text(encoding="utf-8").splitlines() for path in folder.glob("*.csv")}
    return {
        name: [
            {key: value or (None if key in EMPTY_AS_NULL else "") for key, value in row.items()}
            for row in csv.DictReader(lines)
        ]
        for name, lines in files.items()
    }


def city_for(settings: Settings) -> tuple[Settings, City]:
    """The city with limits overridden by the settings, and the settings with the city's portal.

    Raises SettingsError like load_city.
    """
    city = load_city(settings.city)
    overridden = {
        "rejected_share": settings.rejected_share_limit,
        "shrunk_share": settings.shrunk_share_limit,
    }
    limits = city.limits.model_copy(
        update={name: share for name, share in overridden.items() if share is not None}
    )
    portal = settings.socrata_url or city.portal_url
    return settings.model_copy(update={"socrata_url": portal}), city.model_copy(update={"limits": limits})
