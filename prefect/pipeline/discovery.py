"""Keeps a new year from breaking runs: the newest dataset covers every day until its successor has rows."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from pipeline.city import City
from pipeline.declaration import Dataset, Discovery
from pipeline.errors import PortalError, TokenError, UnavailableError
from pipeline.responses import shape_errors
from pipeline.socrata import Portal

Notices = tuple[str, ...]


def discover(portal: Portal, city: City, today: date, loaded: Mapping[str, str]) -> tuple[City, Notices]:
    """The city with the datasets that have rows up to the current year, and notices about the others.

    ``loaded`` are the datasets that earlier runs have read, titles by id, the last one read at the end: they
    exist, whatever the portal says now. Raises TokenError.
    """
    city, notices = _published(portal, city, loaded)
    if city.discovery is None:
        return city, notices
    for year in range(city.newest.first_day.year + 1, today.year + 1):
        found, notice = _of_year(portal, city, city.discovery, year, loaded)
        notices += (notice,)
        city = city.with_dataset(found) if found else city.reopened()
    return city, notices


def _published(portal: Portal, city: City, loaded: Collection[str]) -> tuple[City, Notices]:
    """The city without the newest datasets that are declared but not published yet."""
    notices: Notices = ()
    while len(city.datasets) > 1 and city.newest.id not in loaded and not _has_rows(portal, city.newest.id):
        early, city = city.newest, city.without_newest()
        notices += (f"{early.title} ({early.id}) has no rows yet: {city.newest.title} covers its days",)
    return city, notices


def _has_rows(portal: Portal, dataset_id: str) -> bool:
    try:
        return portal.count(dataset_id) > 0
    except UnavailableError as error:
        # Private or deleted is not the same as not published yet: planning distinguishes them.
        return error.status != 404
    except PortalError:
        return True


def _of_year(
    portal: Portal, city: City, discovery: Discovery, year: int, loaded: Mapping[str, str]
) -> tuple[Dataset | None, str]:
    """The undeclared dataset of that year, and a notice about it."""
    title = discovery.title.format(year=year)
    wait = f"{city.newest.title} covers the days of {year}"
    try:
        found = _loaded(city, title, loaded) or _largest(portal, city, title)
    except TokenError:
        raise
    except PortalError as error:
        return None, f"{wait}: the portal's catalog cannot be read ({error})"
    if not found:
        return None, f"{wait}: the portal has no dataset called {title!r} with rows"
    dataset = Dataset(id=found, title=title, schema=discovery.schema_name, first_day=date(year, 1, 1))
    return (
        dataset,
        f"{title} ({found}) is not declared for {city.name} and was found by its title: declare it",
    )


def _loaded(city: City, title: str, loaded: Mapping[str, str]) -> str:
    """The dataset that an earlier run found under this title; empty if none did.

    The catalog is not queried again: it omits a dataset that is private or was renamed, but a loaded dataset
    that cannot be read must be skipped and reported like a declared one.
    """
    declared = {dataset.id for dataset in city.datasets}
    ids = [known for known, its_title in loaded.items() if its_title == title and known not in declared]
    return ids[-1] if ids else ""


def _largest(portal: Portal, city: City, title: str) -> str:
    """The portal's undeclared dataset of this title with the most rows; empty if none has rows."""
    declared = {dataset.id for dataset in city.datasets}
    with shape_errors("the catalog"):
        ids = {entry["id"]: entry["name"].casefold() for entry in portal.catalog(title)}
    counts = {
        dataset_id: portal.count(dataset_id)
        for dataset_id, name in ids.items()
        if name == title.casefold() and dataset_id not in declared
    }
    found = max(counts, key=lambda dataset_id: counts[dataset_id], default="")
    return found if counts.get(found) else ""
