"""Requests per 10,000 people; only councils have a population, so "No council" has no rate."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pandas as pd
from pandas import DataFrame, Series

from data import reference
from data.counts import count
from data.filters import COUNCIL, Filters
from data.frames import daily
from data.warehouse import Warehouse

PER = 10_000


def by_council(warehouse: Warehouse, filters: Filters) -> DataFrame:
    """Every council, including those without requests; most requests first, "No council" last.

    Columns: council_id, council, people (missing where not published), requests, per_10000.
    """
    counted = count(warehouse, filters, COUNCIL)
    frame = reference.councils(warehouse).merge(counted, on="council", how="left")
    frame["requests"] = frame["requests"].fillna(0).astype("int64")
    frame["per_10000"] = PER * frame["requests"] / frame["people"].astype("float64")
    frame["is_outside"] = frame["council_id"] == 0
    return frame.sort_values(
        ["is_outside", "requests", "council"], ascending=[True, False, True], ignore_index=True
    ).drop(columns="is_outside")


def by_region(warehouse: Warehouse, filters: Filters) -> DataFrame:
    """Every region, its councils combined, highest rate first; without requests outside all councils.

    Those without a rate come last, most requests first.
    Columns: region, people (of the councils with a published population), requests (of all of its councils),
    per_10000 (of the councils with a published population).
    """
    frame = by_council(warehouse, filters).merge(reference.regions(warehouse), on="council_id")
    frame["populated"] = frame["requests"].where(frame["people"].notna())
    grouped = frame.groupby("region")
    people, populated = (grouped[name].sum(min_count=1) for name in ("people", "populated"))
    rates = PER * populated / people.astype("float64")
    found = DataFrame({"people": people, "requests": grouped["requests"].sum(), "per_10000": rates})
    found = found.reset_index()
    order = ["per_10000", "requests", "region"]
    return found.sort_values(order, ascending=[False, False, True], ignore_index=True)


def populated(warehouse: Warehouse) -> tuple[int, ...]:
    """The councils with a published population."""
    return tuple(map(int, reference.councils(warehouse).dropna(subset=["people"])["council_id"]))


def rate(councils: DataFrame) -> float | None:
    """Combined requests per 10,000 people of these councils; those without a population are left out.

    None if none of them has one.
    """
    inhabited = councils.dropna(subset=["people"])
    people = inhabited["people"].sum()
    return float(PER * inhabited["requests"].sum() / people) if people else None


def moving_rates(warehouse: Warehouse, filters: Filters, window: int, loaded: tuple[date, date]) -> DataFrame:
    """Daily requests per 10,000 people of one council and of all councils, as centered moving averages.

    The mean covers ``window`` calendar days centered on the day (an even window has one more day after it
    than before). Days whose window reaches beyond the loaded days are left out. Columns: day,
    council_per_10000 (only if the council has a population), all_councils_per_10000.
    """
    councils = reference.councils(warehouse).dropna(subset=["people"]).set_index("council_id")["people"]
    everyone = tuple(map(int, councils.index))
    own = filters.councils[:1]
    lines = {"council_per_10000": own} if own[0] in everyone else {}
    before, after = timedelta(days=(window - 1) // 2), timedelta(days=window // 2)
    first, last = max(filters.first - before, loaded[0]), min(filters.last + after, loaded[1])
    found = {
        name: PER
        * _daily(warehouse, replace(filters, first=first, last=last, councils=ids))
        / councils[list(ids)].sum()
        for name, ids in {**lines, "all_councils_per_10000": everyone}.items()
    }
    means = DataFrame(found).rolling(window).mean().shift(-after.days).dropna()
    shown = means[(means.index >= pd.Timestamp(filters.first)) & (means.index <= pd.Timestamp(filters.last))]
    return shown.rename_axis("day").reset_index()


def _daily(warehouse: Warehouse, filters: Filters) -> Series:
    return daily(count(warehouse, filters, "day"), filters.first, filters.last)
