"""Paging through a dataset: which ways are safe, and which lose rows."""

from __future__ import annotations

from typing import Any

import httpx
from portal_site import Site

DATASET = "2cy6-i7zn"
PATH = f"/resource/{DATASET}.json"


def keyset_walk(http: httpx.Client, limit: int, path: str = PATH) -> list[dict[str, Any]]:
    """Every row by (:updated_at, :id), as the pipeline reads them."""
    rows: list[dict[str, Any]] = []
    query = {"$select": ":id,:updated_at,casenumber", "$order": ":updated_at,:id", "$limit": str(limit)}
    while True:
        page = http.get(path, params=query).raise_for_status().json()
        rows += page
        if len(page) < limit:
            return rows
        at, after = page[-1][":updated_at"], page[-1][":id"]
        query["$where"] = f"(:updated_at > '{at}' OR (:updated_at = '{at}' AND :id > '{after}'))"


def offset_walk(http: httpx.Client, limit: int, order: str | None) -> list[str]:
    ids: list[str] = []
    query = {"$select": ":id", "$limit": str(limit)} | ({"$order": order} if order else {})
    while True:
        page = http.get(PATH, params={**query, "$offset": str(len(ids))}).raise_for_status().json()
        ids += [row[":id"] for row in page]
        if len(page) < limit:
            return ids


def test_keyset_pages_have_every_row_once_in_order(site: Site) -> None:
    rows = keyset_walk(site.http, 997)
    keys = [(row[":updated_at"], row[":id"]) for row in rows]
    assert keys == sorted(set(keys))
    assert len(rows) == site.controller.count(DATASET)


def test_many_rows_share_one_stamp(site: Site) -> None:
    rows = keyset_walk(site.http, 5_000)
    assert len({row[":updated_at"] for row in rows}) < 0.7 * len(rows)


def test_offset_pages_in_a_total_order_agree_with_keyset_pages(site: Site) -> None:
    assert offset_walk(site.http, 1_203, ":updated_at,:id") == [
        row[":id"] for row in keyset_walk(site.http, 5_000)
    ]


def test_a_descending_order_is_the_reverse(site: Site) -> None:
    query = {"$select": ":id", "$limit": "50000"}
    up = site.http.get(PATH, params={**query, "$order": ":updated_at,:id"}).json()
    down = site.http.get(PATH, params={**query, "$order": ":updated_at desc, :id desc"}).json()
    assert down == up[::-1]


def test_nulls_come_last_both_ways(site: Site) -> None:
    for direction in ("asc", "desc"):
        query = {"$select": "closeddate", "$order": f"closeddate {direction}", "$limit": "50000"}
        rows = site.http.get(PATH, params=query).json()
        known = ["closeddate" in row for row in rows]
        assert known == sorted(known, reverse=True)


def test_without_an_order_shuffled_pages_lose_rows(own_site: Site) -> None:
    assert len(set(offset_walk(own_site.http, 100, None))) == own_site.controller.count(DATASET)
    own_site.controller.add_fault("shuffle")
    assert len(set(offset_walk(own_site.http, 100, None))) < own_site.controller.count(DATASET)
    assert len(set(offset_walk(own_site.http, 100, ":id"))) == own_site.controller.count(DATASET)


def test_rows_that_move_between_pages_are_all_met_by_keyset_pages(own_site: Site) -> None:
    own_site.controller.add_fault("moving", amount=5)
    rows = keyset_walk(own_site.http, 100)
    assert len({row["casenumber"] for row in rows if "casenumber" in row}) == len(
        {row["casenumber"] for row in all_rows(own_site.http) if "casenumber" in row}
    )
    assert len(rows) > len({row[":id"] for row in rows})


def all_rows(http: httpx.Client) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = http.get(PATH, params={"$limit": "50000"}).json()
    return rows
