from __future__ import annotations

import datetime as dt
from typing import Any

from pipeline.files.manifest import KEPT, Manifest, superseded
from pipeline.files.session import stamped

NOW = dt.datetime(2026, 11, 27, 9, tzinfo=dt.UTC)


def entry(path: str, **more: Any) -> dict[str, Any]:
    return {"path": path, "latest": "2026.parquet", "mediatype": "x/y", "hash": f"sha256:{path}", **more}


def test_manifest_reads_what_it_wrote() -> None:
    manifest = Manifest(7, (entry("a"),), (entry("b"),), (entry("c"),), {"name": "la-311"})
    again = Manifest.parse(manifest.text().encode())
    assert (again.generation, again.resources, again.documents) == (7, manifest.resources, manifest.documents)
    assert again.about["name"] == "la-311"


def test_no_manifest_is_an_empty_one() -> None:
    assert Manifest.parse(None) == Manifest()


def test_replaced_file_is_noted_with_the_time() -> None:
    former = Manifest(1, (entry("old"), entry("same")))
    noted = superseded(former, [entry("new"), entry("same")], NOW)
    assert [(item["path"], item["at"]) for item in noted] == [("old", NOW.isoformat())]


def test_file_replaced_a_day_ago_is_forgotten() -> None:
    younger, older = NOW - KEPT + dt.timedelta(seconds=1), NOW - KEPT
    noted = (entry("younger", at=younger.isoformat()), entry("older", at=older.isoformat()))
    assert [item["path"] for item in superseded(Manifest(1, (), (), noted), [], NOW)] == ["younger"]


def test_replaced_file_that_comes_back_is_a_current_one() -> None:
    noted = (entry("back", at=NOW.isoformat()),)
    assert superseded(Manifest(1, (), (), noted), [entry("back")], NOW) == ()


def test_immutable_name_says_generation_and_bytes() -> None:
    assert stamped("2026.parquet", 12, "1a2b3c4d5e") == "2026.g12-1a2b3c4d.parquet"
