"""Keeps a new year from breaking runs: the newest dataset covers every day until its successor has rows."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from pipeline.city import City
from pipeline.declaration import Dataset, Discovery
from pipeline.errors import PortalError, UnavailableError
from pipeline.socrata import Portal

Notices = tuple[str, ...]


def discover(portal: Portal, city: City, today: date, loaded: Collection[str]) -> tuple[City, Notices]:
    """The city with the datasets that have rows up to the current year, and notices about the others.

    ``loaded`` are the ids of datasets that earlier runs have read: they exist, whatever the portal says now.
    """
    city, notices = _published(portal, city, loaded)
    if city.discovery is None:
        return city, notices
    for year in range(city.newest.first_day.year + 1, today.year + 1):
        found, notice = _of_year(portal, city, city.discovery, year)
        notices += (notice,)
        city = city.with_dataset(found) if found else city.reopened()
    return city, notices


def _published(portal: Portal, city: City, loaded: Collection[str]) -> tuple[City, Notices]:
    """The city without the newest datasets that are declared but not published yet."""
    notices: Notices = ()
    while len(city.datasets) > 1 and city.newest.id not in loaded and not _has_rows(portal, city.newest.id):
        early, city = city.newest, city.without_newest()
        notices += (f"{early.title} ({early.id}) has no rows yet: {city.newest.title} takes its days",)
    return city, notices


def _has_rows(portal: Portal, dataset_id: str) -> bool:
    try:
        return portal.count(dataset_id) > 0
    except UnavailableError as error:
        # Private or deleted is not the same as not published yet: planning distinguishes them.
        return error.status != 404
    except PortalError:
        return True


def _of_year(portal: Portal, city: City, discovery: Discovery, year: int) -> tuple[Dataset | None, str]:
    """The portal's undeclared dataset of that year with the most rows, and a notice about it."""
    title, declared = discovery.title.format(year=year), {dataset.id for dataset in city.datasets}
    wait = f"{city.newest.title} takes the days of {year}"
    try:
        named = [entry for entry in portal.catalog(title) if entry["name"].casefold() == title.casefold()]
        counts = {entry["id"]: portal.count(entry["id"]) for entry in named if entry["id"] not in declared}
    except PortalError as error:
        return None, f"{wait}: the portal's catalog cannot be read ({error})"
    found = max(counts, key=lambda dataset_id: counts[dataset_id], default="")
    if not counts.get(found):
        return None, f"{wait}: the portal has no dataset called {title!r} with rows"
    dataset = Dataset(id=found, title=title, schema=discovery.schema_name, first_day=date(year, 1, 1))
    return (
        dataset,
        f"{title} ({found}) is not declared for {city.name} and was found by its title: declare it",
    )
