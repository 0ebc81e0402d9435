"""A new year must not break the night: a dataset that nobody declared is found by its title."""

from __future__ import annotations

import logging
from datetime import date, timedelta

from pipeline.catalog import Catalog, Dataset, Discovery
from pipeline.errors import SourceError
from pipeline.socrata import Portal

log = logging.getLogger(__name__)


def discover(portal: Portal, catalog: Catalog, today: date) -> tuple[Catalog, list[str]]:
    """The catalog with datasets up to today's year, and what to tell people about undeclared ones."""
    notices: list[str] = []
    while catalog.discovery and not catalog.covers(today) and (day := catalog.last_day) < today:
        found, notice = _of_year(portal, catalog, catalog.discovery, day + timedelta(days=1))
        notices.append(notice)
        if found is None:
            break
        catalog = catalog.with_dataset(found)
    return catalog, notices


def _of_year(
    portal: Portal, catalog: Catalog, discovery: Discovery, first_day: date
) -> tuple[Dataset | None, str]:
    """The portal's dataset that takes this day and the rest of its year; one that is declared is none."""
    declared = {dataset.id for dataset in catalog.datasets}
    title = discovery.title.format(year=first_day.year)
    try:
        found = [entry["resource"] for entry in portal.datasets(q=title)]
    except SourceError as error:
        return None, f"no dataset takes {first_day}, and the portal's catalog cannot be asked: {error}"
    matching = [
        resource
        for resource in found
        if resource["name"].casefold() == title.casefold() and resource["id"] not in declared
    ]
    if not matching:
        return None, f"no dataset takes {first_day}, and the portal has no other called {title!r}"
    dataset = Dataset(
        id=matching[0]["id"],
        title=title,
        schema=discovery.schema_name,
        first_day=first_day,
        last_day=date(first_day.year, 12, 31),
    )
    return (
        dataset,
        f"{title} ({dataset.id}) is not declared in catalog.toml and was found by its title: declare it",
    )
