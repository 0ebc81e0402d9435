"""A new year must not break the night: a dataset that nobody declared is found by its title."""

from __future__ import annotations

import logging
from datetime import date

from pipeline.catalog import Catalog, Dataset
from pipeline.socrata import Portal

log = logging.getLogger(__name__)


def discover(portal: Portal, catalog: Catalog, today: date) -> tuple[Catalog, str]:
    """The catalog with a dataset for today's year, and what to tell people if that was not declared."""
    if catalog.covers(today) or catalog.discovery is None:
        return catalog, ""
    title = catalog.discovery.title.format(year=today.year)
    found = [entry["resource"] for entry in portal.datasets(q=title)]
    matching = [resource for resource in found if resource["name"].casefold() == title.casefold()]
    if not matching:
        return catalog, f"no dataset takes {today}, and the portal has none called {title!r}"
    dataset = Dataset(
        id=matching[0]["id"],
        title=title,
        schema=catalog.discovery.schema_name,
        first_day=date(today.year, 1, 1),
        last_day=date(today.year, 12, 31),
    )
    notice = f"{title} ({dataset.id}) is not declared in catalog.toml and was found by its title: declare it"
    return catalog.with_dataset(dataset), notice
