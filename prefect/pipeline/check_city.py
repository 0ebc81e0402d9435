"""``python flow.py check-city KEY``: checks a declaration against its portal, without a database."""

from __future__ import annotations

import argparse
import re
from collections import Counter
from collections.abc import Generator, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from typing import Any, TypeVar

from pipeline.boundaries import fetch_boundaries
from pipeline.city import City, load_city
from pipeline.commands import exit_code_of
from pipeline.config import Settings
from pipeline.declaration import Bounds, Dataset, Schema
from pipeline.errors import DataError, IngestError, PortalError, SettingsError
from pipeline.query import Query
from pipeline.reading import match_columns
from pipeline.retries import NoConnectionError
from pipeline.socrata import Portal

PAGE_ROWS = 1_000
FEW = 5
UNKNOWN_AREAS_SHARE = 0.02
"""Every city has some areas that no longer exist or never had a polygon."""
NUMBER = re.compile(r"\s*[-+]?[0-9]{1,3}(\.[0-9]{1,20})?\s*")
"""A coordinate that the pipeline stores (``staging.as_number``)."""
CODE = re.compile(r"\s*[0-9]{1,9}\s*")
"""A number of an area or district that the pipeline stores (``staging.as_code``)."""
Row = Mapping[str, Any]
Result = TypeVar("Result")


def main(arguments: Sequence[str]) -> int:
    """Print the problems of the declaration; returns the exit code, 0 if there are none.

    If the portal cannot be reached, the code is that of a portal error.
    """
    parser = argparse.ArgumentParser(prog="python flow.py check-city", description=__doc__)
    parser.add_argument("city", help="a folder of prefect/cities")
    parser.add_argument("--portal", default="", help="the portal's address, instead of the declared one")
    chosen = parser.parse_args(arguments)
    return exit_code_of(partial(_print, chosen.city, chosen.portal))


def _print(key: str, portal_url: str) -> int:
    has_problems = False
    for problem in _problems(key, portal_url):
        has_problems = True
        # At once, because an error may follow.
        print(problem)  # noqa: T201
    if not has_problems:
        print(f"{key}: the declaration matches the portal.")  # noqa: T201
    return DataError.exit_code if has_problems else 0


def _problems(key: str, portal_url: str) -> Iterator[str]:
    try:
        city = load_city(key)
    except SettingsError as error:
        yield str(error)
        return
    settings = Settings.from_environment(database_loader_url="", socrata_url=portal_url or city.portal_url)
    with Portal(settings) as portal:
        yield from check_city(portal, city)


def check_city(portal: Portal, city: City) -> Iterator[str]:
    """The problems of the declaration, one sentence each. Raises PortalError if no connection is possible."""
    codes = (yield from _with_error("boundaries", _boundaries(portal, city))) or set()
    for dataset in city.published:
        name = f"{dataset.title} ({dataset.id})"
        yield from _with_error(name, _dataset(portal, city, dataset, codes))


def _with_error(name: str, check: Generator[str, None, Result]) -> Generator[str, None, Result | None]:
    """The problems of this check; an error is one of them, unless every other check would fail too."""
    try:
        return (yield from check)
    except NoConnectionError as error:
        raise PortalError(f"the portal cannot be reached: {error}") from error
    except IngestError as error:
        yield f"{name}: {error}"
        return None


def _boundaries(portal: Portal, city: City) -> Generator[str, None, set[str]]:
    """Check the boundaries; returns the codes of the areas."""
    if city.boundaries is None:
        return set()
    found = fetch_boundaries(portal, city, city.boundaries)
    if found.problem:
        yield f"boundaries: {found.problem}."
    rejected = [notice for notice in found.notices if "was rejected" in notice]
    yield from (f"boundaries: {notice}." for notice in rejected[:FEW])
    return {area.facts.code for area in found.areas}


def _dataset(portal: Portal, city: City, dataset: Dataset, areas: set[str]) -> Generator[str, None, None]:
    schema = city.schemas[dataset.schema_name]
    columns, missing, added = match_columns(dataset, schema, portal.columns(dataset.id))
    for name in missing:
        yield f"{dataset.title}: the portal has no column {' or '.join(schema.columns[name])} for {name}."
    if added:
        yield f"{dataset.title}: not declared (columns, kept or ignored): {', '.join(added)}."
    sources = (*columns.values(), *(name for name in schema.kept if name not in added))
    query = Query(",".join(dict.fromkeys(sources)), order=":updated_at DESC", limit=PAGE_ROWS)
    published = portal.rows(dataset.id, query)
    rows = [{name: row.get(source) for name, source in columns.items()} for row in published]
    checks = _days(city, rows), _dates(rows), _numbers(rows), _statuses(schema, rows), _places(city, rows)
    for problem in chain(*checks, _areas(city, rows, areas)):
        yield f"{dataset.title}: {problem}"


def _days(city: City, rows: Sequence[Row]) -> Iterator[str]:
    """Rows that a run rejects, because no dataset is declared for the day on which they were created."""
    days = [str(row["createddate"])[:10] for row in rows if row.get("createddate")]
    spans = [(str(one.first_day), str(one.last_day or "9999")) for one in city.datasets]
    missed = sorted(day for day in days if not any(first <= day <= last for first, last in spans))
    if len(missed) > max(FEW, len(days) * city.limits.rejected_share):
        yield (
            f"{len(missed)} of {len(days)} rows were created on days that no dataset is declared for, from "
            f"{missed[0]} to {missed[-1]}: are first_day and last_day right?"
        )


def _dates(rows: Sequence[Row]) -> Iterator[str]:
    both = [row for row in rows if row.get("createddate") and row.get("closeddate")]
    reversed_ = sum(str(row["closeddate"]) < str(row["createddate"]) for row in both)
    if reversed_ > len(both) / 2:
        yield f"{reversed_} of {len(both)} rows were closed before they were created: are the dates swapped?"


def _numbers(rows: Sequence[Row]) -> Iterator[str]:
    """Areas and districts that are stored as whole numbers, but published as text."""
    for name in ("nc", "cd"):
        texts = sorted(
            {str(row[name]) for row in rows if row.get(name) and not CODE.fullmatch(str(row[name]))}
        )
        count = sum(str(row.get(name)) in texts for row in rows)
        if count > max(FEW, len(rows) * UNKNOWN_AREAS_SHARE):
            hint = ": is it area, which holds any text?" if name == "nc" else "."
            yield f"{count} rows have no whole number as {name}, but {texts[0]!r}{hint}"


def _statuses(schema: Schema, rows: Sequence[Row]) -> Iterator[str]:
    """Statuses whose meaning the dates contradict."""
    declared = {*schema.ended_statuses, *schema.open_statuses}
    by_status = Counter((str(row.get("status") or ""), bool(row.get("closeddate"))) for row in rows)
    for status in sorted({status for status, _ in by_status} - declared - {""}):
        closed, unclosed = by_status[status, True], by_status[status, False]
        if closed and unclosed:
            yield (
                f"{closed} rows of status {status!r} have a closed date and {unclosed} have none: "
                "is it one of ended_statuses or of open_statuses?"
            )


def _places(city: City, rows: Sequence[Row]) -> Iterator[str]:
    published = [row for row in rows if row.get("latitude") and row.get("longitude")]
    located = [row for row in published if _has_numbers(row)]
    unusable = [row for row in published if not _has_numbers(row)]
    outside = [row for row in located if not _is_within(city.bounds, row)]
    share = city.limits.outside_bounds_share
    if len(outside) > len(located) * share:
        yield f"{len(outside)} of {len(located)} locations are outside the bounds: are the bounds too narrow?"
    if len(unusable) > len(published) * share:
        example = f"latitude {unusable[0]['latitude']!r} and longitude {unusable[0]['longitude']!r}"
        yield f"{len(unusable)} of {len(published)} locations are not numbers, such as {example}."
    if rows and not located:
        yield "no row has a location: are latitude and longitude the right columns?"


def _has_numbers(row: Row) -> bool:
    return all(NUMBER.fullmatch(str(row[name])) for name in ("latitude", "longitude"))


def _is_within(bounds: Bounds, row: Row) -> bool:
    longitude, latitude = float(row["longitude"]), float(row["latitude"])
    return bounds.west <= longitude <= bounds.east and bounds.south <= latitude <= bounds.north


def _areas(city: City, rows: Sequence[Row], areas: set[str]) -> Iterator[str]:
    """Published areas without a polygon."""
    codes = Counter(city.code_of("area", str(row.get("area") or row.get("nc") or "")) for row in rows)
    unknown = {code: count for code, count in codes.items() if code not in {*areas, "", "0"}}
    if areas and sum(unknown.values()) > max(FEW, len(rows) * UNKNOWN_AREAS_SHARE):
        examples = ", ".join(repr(code) for code in sorted(unknown)[:FEW])
        yield (
            f"{sum(unknown.values())} rows have an area without a polygon, such as {examples}: "
            "is a pattern or alias of area missing? Such requests are assigned by location."
        )
