"""Changing what is published."""

from __future__ import annotations

import concurrent.futures
import json
from typing import Any

import pytest
from portal_site import TODAY, Site, running_site

DATASET = "2cy6-i7zn"
PATH = f"/resource/{DATASET}.json"


def row_of(site: Site, key: str) -> dict[str, Any]:
    [row] = site.http.get(PATH, params={"$select": ":*,*", "$where": f"casenumber = '{key}'"}).json()
    return dict(row)


def newest(site: Site, limit: int = 1) -> list[dict[str, Any]]:
    query = {"$select": ":*,*", "$order": ":updated_at desc, :id desc", "$limit": str(limit)}
    return list(site.http.get(PATH, params=query).json())


def a_key(site: Site) -> str:
    query = {"$where": "casenumber is not null and closeddate is null", "$order": ":id", "$limit": "1"}
    return str(site.http.get(PATH, params=query).json()[0]["casenumber"])


def test_an_edit_changes_one_row_and_its_stamp(own_site: Site) -> None:
    key = a_key(own_site)
    before = row_of(own_site, key)
    stamp = own_site.controller.upsert(
        {"casenumber": key, "status": "Closed", "closeddate": "2026-11-24T09:00:00.000"}
    )
    assert row_of(own_site, key) == {
        **before,
        "status": "Closed",
        "closeddate": "2026-11-24T09:00:00.000",
        ":updated_at": stamp,
    }
    assert newest(own_site)[0]["casenumber"] == key


def test_null_empties_a_column(own_site: Site) -> None:
    key = a_key(own_site)
    own_site.controller.upsert({"casenumber": key, "locator_gis_returned_address": None})
    assert "locator_gis_returned_address" not in row_of(own_site, key)


def test_a_new_number_is_a_new_row_in_the_dataset_of_its_day(own_site: Site) -> None:
    before = own_site.controller.count(DATASET)
    own_site.controller.upsert(
        {"casenumber": "99999999", "createddate": "2026-11-24T08:00:00.000", "type": "Pothole"}
    )
    assert own_site.controller.count(DATASET) == before + 1
    assert row_of(own_site, "99999999")["type"] == "Pothole"
    own_site.controller.upsert({"srnumber": "1-9999999999", "createddate": "2020-05-05T08:00:00.000"})
    found = own_site.http.get("/resource/rq3b-xjk8.json", params={"srnumber": "1-9999999999"}).json()
    assert found == [{"srnumber": "1-9999999999", "createddate": "2020-05-05T08:00:00.000"}]


def test_a_deleted_row_is_gone(own_site: Site) -> None:
    key = a_key(own_site)
    assert own_site.controller.delete(key, DATASET) == 1
    assert own_site.http.get(PATH, params={"casenumber": key}).json() == []
    assert own_site.controller.delete(key, DATASET) == 0


def test_stamps_only_rise(own_site: Site) -> None:
    key, store = a_key(own_site), own_site.controller.portal.store
    newest = max(store.updated_at(dataset) for dataset in store.datasets.values())
    stamps = [own_site.controller.upsert({"casenumber": key, "status": str(n)}) for n in range(20)]
    assert stamps == sorted(set(stamps))
    assert newest < stamps[0] < f"{TODAY}T08"


def test_edits_from_many_threads_get_different_stamps(own_site: Site) -> None:
    key = a_key(own_site)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        stamps = list(
            pool.map(lambda n: own_site.controller.upsert({"casenumber": key, "status": str(n)}), range(40))
        )
    assert len(set(stamps)) == 40


def test_touched_rows_move_to_the_end_with_new_values(own_site: Site) -> None:
    assert own_site.controller.touch(DATASET, 25, {"status": "Referred Out"}) == 25
    moved = newest(own_site, 25)
    assert {row["status"] for row in moved} == {"Referred Out"}
    assert len({row[":updated_at"] for row in moved}) == 25


def test_every_portal_touches_the_same_rows_and_others_each_time(own_site: Site) -> None:
    def touched(site: Site) -> set[str]:
        site.controller.touch(DATASET, 25)
        return {row[":id"] for row in newest(site, 25)}

    here = [touched(own_site), touched(own_site)]
    for twin in running_site(1_500):
        assert [touched(twin), touched(twin)] == here
    assert here[0] != here[1]


def test_the_same_turn_touches_the_same_rows_again(own_site: Site) -> None:
    """A load run changes as many stored rows as the one before, though the portal keeps its city."""
    touched = []
    for _ in range(2):
        own_site.http.post("/_portal/rows", json={"dataset": DATASET, "touch": 25, "turn": 0})
        touched.append({row[":id"] for row in newest(own_site, 25)})
    assert touched[0] == touched[1]


def test_rows_are_edited_over_http(own_site: Site) -> None:
    key = a_key(own_site)
    wanted = {"dataset": DATASET, "upsert": [{"casenumber": key, "status": "Closed"}], "touch": 3}
    response = own_site.http.post("/_portal/rows", json=wanted).json()
    assert row_of(own_site, key)["status"] == "Closed"
    assert (len(response["updated_at"]), response["touched"], response["deleted"]) == (1, 3, 0)
    assert (
        own_site.http.post("/_portal/rows", json={"dataset": DATASET, "delete": [key]}).json()["deleted"] == 1
    )


def test_faults_are_set_over_http_and_replaced_by_the_next_set(own_site: Site) -> None:
    own_site.http.post("/_portal/faults", json={"faults": [{"kind": "unavailable"}]}).raise_for_status()
    assert own_site.http.get(PATH).status_code == 503
    response = own_site.http.post("/_portal/faults", json={"faults": []}).json()
    assert response == {"faults": 0, "fired": {}}
    assert own_site.http.get(PATH).status_code == 200


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/_portal/faults", '{"faults": [{"kind": "explode"}]}', 400),
        ("/_portal/faults", "not json", 400),
        ("/_portal/faults", "[]", 400),
        ("/_portal/rows", '{"dataset": "zzzz-zzzz", "delete": ["1"]}', 404),
        ("/_portal/rows", '{"upsert": [{"srnumber": "1"}]}', 404),
        (
            "/_portal/rows",
            '{"upsert": [{"casenumber": "1", "nosuch": "x", "createddate": "2026-01-01"}]}',
            400,
        ),
        ("/_portal/other", "{}", 404),
    ],
)
def test_an_impossible_edit_is_rejected(own_site: Site, path: str, body: str, status: int) -> None:
    response = own_site.http.post(path, content=body)
    assert response.status_code == status
    assert json.loads(response.text)["message"]
