from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from files_tests.processes import END_RUN
from moto.server import ThreadedMotoServer
from pipeline_tests.databases import Database
from samples import first

from benchmarks import rows
from pipeline.database import run_lock
from pipeline.errors import FilesError
from pipeline.files import bucket, writing
from pipeline.files.bucket import BucketLocation
from pipeline.files.location import open_location
from pipeline.files.manifest import Manifest
from pipeline.files.writing import write_files

BUCKET = "files-311"
ALIAS = "city/datasets/311-data/2025/resolve/main/2025.parquet"
ADDRESS = f"s3://{BUCKET}/city"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    running = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    yield f"http://{host}:{port}"
    running.stop()


@pytest.fixture
def storage(server: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """The address of an empty bucket; AWS is emulated on this machine."""
    settings = {
        "AWS_ENDPOINT_URL_S3": server, "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x",
        "AWS_DEFAULT_REGION": "us-west-2", "AWS_EC2_METADATA_DISABLED": "true", "TMPDIR": str(tmp_path),
    }  # fmt: skip
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    httpx.post(f"{server}/moto-api/reset")
    location = {"LocationConstraint": "us-west-2"}
    boto3.client("s3").create_bucket(
        Bucket=BUCKET, CreateBucketConfiguration=location, ACL="public-read-write"
    )
    return f"{server}/{BUCKET}"


def write(database: Database, address: str = ADDRESS) -> Manifest:
    with run_lock(database.loader_url) as connection:
        return write_files(connection, address, "https://files.example/files")


def keys() -> set[str]:
    listed = boto3.client("s3").list_objects_v2(Bucket=BUCKET)
    return {item["Key"] for item in listed["Contents"]}


def content(key: str) -> bytes:
    return bytes(boto3.client("s3").get_object(Bucket=BUCKET, Key=key)["Body"].read())


def fails(*_: object, **__: object) -> None:
    raise OSError("the bucket is gone")


def test_bucket_holds_what_a_folder_would(database: Database, storage: str, tmp_path: Path) -> None:
    rows.add_year(database.owner_url, 2025, 500)
    in_bucket = write(database)
    in_folder = write(database, str(tmp_path / "folder"))
    assert in_bucket.resources == in_folder.resources
    for entry in in_folder.resources:
        assert content(f"city/files/{entry['path']}") == (tmp_path / "folder" / entry["path"]).read_bytes()
    assert json.loads(content("city/files/datapackage.json"))["generation"] == 1


def test_lasting_names_are_copies_with_headers_of_their_own(database: Database, storage: str) -> None:
    rows.add_year(database.owner_url, 2025, 500)
    manifest = write(database)
    stamped = boto3.client("s3").head_object(
        Bucket=BUCKET, Key=f"city/files/{manifest.latest()['2025.parquet']}"
    )
    for key in ("city/files/2025.parquet", ALIAS):
        lasting = boto3.client("s3").head_object(Bucket=BUCKET, Key=key)
        assert lasting["ContentLength"] == stamped["ContentLength"]
        assert lasting["CacheControl"] == "public, no-cache"
        assert lasting["ContentType"] == "application/vnd.apache.parquet"
        assert "ContentEncoding" not in lasting
    assert stamped["CacheControl"] == "public, max-age=31536000, immutable"


def test_ranges_are_served(database: Database, storage: str) -> None:
    rows.add_year(database.owner_url, 2025, 500)
    write(database)
    whole = content("city/files/2025.parquet")
    part = httpx.get(f"{storage}/{ALIAS}", headers={"Range": "bytes=4-99"})
    assert (part.status_code, part.content) == (206, whole[4:100])
    assert part.headers["content-range"] == f"bytes 4-99/{len(whole)}"


@pytest.mark.slow
def test_next_generation_replaces_copies_and_keeps_the_former_file(database: Database, storage: str) -> None:
    rows.add_year(database.owner_url, 2025, 500)
    former = write(database).latest()["2025.parquet"]
    before = content(ALIAS)
    rows.add_year(database.owner_url, 2025, 10)
    current = write(database).latest()["2025.parquet"]
    assert current != former
    assert content(ALIAS) == content(f"city/files/{current}") != before
    assert content(f"city/files/{former}") == before


def test_failed_upload_leaves_the_former_set(
    database: Database, storage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows.add_year(database.owner_url, 2025, 500)
    write(database)
    rows.add_year(database.owner_url, 2025, 10)
    before = {key: content(key) for key in keys()}
    with monkeypatch.context() as fault:
        fault.setattr("boto3.s3.transfer.S3Transfer.upload_file", fails)
        with pytest.raises(FilesError, match="bucket is gone"):
            write(database)
    assert {key: content(key) for key in keys()} == before


@pytest.mark.slow
def test_run_killed_before_the_copies_is_completed(
    database: Database, storage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows.add_year(database.owner_url, 2025, 500)
    write(database)
    rows.add_year(database.owner_url, 2025, 10)
    with monkeypatch.context() as crash:
        crash.setattr(bucket.BucketLocation, "publish", lambda *_: (_ for _ in ()).throw(OSError("killed")))
        with pytest.raises(FilesError):
            write(database)
    manifest = json.loads(content("city/files/datapackage.json"))
    assert manifest["generation"] == 2
    current = write(database).latest()["2025.parquet"]
    assert content("city/files/2025.parquet") == content(f"city/files/{current}")


def test_files_of_a_killed_run_do_not_stay_on_the_machine(
    storage: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for _ in range(2):
        (open_location(ADDRESS).scratch() / "2025.parquet").touch()
    assert len(list(tmp_path.rglob("2025.parquet"))) == 1


@pytest.mark.slow
def test_one_failed_copy_leaves_only_its_own_name_behind(
    database: Database, storage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows.add_year(database.owner_url, 2025, 500)
    write(database)
    former = content(ALIAS)
    rows.add_year(database.owner_url, 2025, 10)
    copy = bucket.BucketLocation._copy

    def fails_for_one_name(location: bucket.BucketLocation, path: str, key: str) -> None:
        if key == "city/files/2025.parquet":
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "CopyObject")
        copy(location, path, key)

    monkeypatch.setattr(bucket.BucketLocation, "_copy", fails_for_one_name)
    message = r"generation 2 is published at .* latest names .* 1 of \d+ copies failed.* .AccessDenied"
    with pytest.raises(FilesError, match=message):
        write(database)
    current = Manifest.parse(content("city/files/datapackage.json")).latest()
    assert content("city/files/2025.parquet") == former
    assert content(ALIAS) == content(f"city/files/{current['2025.parquet']}") != former
    for name in ("2025.geoparquet", "index.html"):
        assert content(f"city/files/{name}") == content(f"city/files/{current[name]}")


def test_bucket_that_cannot_be_reached_is_not_tried_again_for_every_copy(
    database: Database, storage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows.add_year(database.owner_url, 2025, 10)
    attempts: list[str] = []

    def is_away(_: bucket.BucketLocation, path: str, key: str) -> None:
        attempts.append(key)
        raise EndpointConnectionError(endpoint_url=storage)

    monkeypatch.setattr(bucket.BucketLocation, "_copy", is_away)
    with pytest.raises(FilesError, match="EndpointConnectionError"):
        write(database)
    assert len(attempts) == 1


def test_manifest_may_be_put_again_after_a_lost_response(storage: str, tmp_path: Path) -> None:
    location, manifest = BucketLocation(BUCKET, "city"), tmp_path / "datapackage.json"
    manifest.write_text("{}")
    for _ in range(2):
        location.replace(manifest, manifest.name, "application/json")
    manifest.write_text("[]")
    with pytest.raises(FileExistsError):
        BucketLocation(BUCKET, "city").replace(manifest, manifest.name, "application/json")


@pytest.mark.parametrize(
    ("has_former", "is_checked", "reason"),
    first([(True, True, "terminating connection"), (True, False, "another run has replaced"),
           (False, False, "another run has replaced")]),
)  # fmt: skip
def test_manifest_of_the_next_run_is_not_replaced_by_a_run_that_lost_its_lock(
    database: Database, storage: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    *, has_former: bool, is_checked: bool, reason: str,
) -> None:  # fmt: skip
    """When a database fails over, two servers may each hold the lock for a moment."""
    if has_former:
        write(database)
    rows.add_year(database.owner_url, 2025, 50)
    documents, later = writing.documents, []

    def overtaken(*given: Any) -> Any:
        monkeypatch.setattr(writing, "documents", documents)
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
        database.change(END_RUN)
        rows.add_year(database.owner_url, 2025, 1)
        later.append(write(database))
        return documents(*given)

    monkeypatch.setattr(writing, "documents", overtaken)
    if not is_checked:
        monkeypatch.setattr(writing, "holds_run_lock", lambda _: True)
    with pytest.raises(FilesError, match=reason):
        write(database)
    assert json.loads(content("city/files/datapackage.json"))["generation"] == later[0].generation


@pytest.mark.slow
def test_year_without_requests_loses_its_lasting_names(database: Database, storage: str) -> None:
    rows.add_year(database.owner_url, 2024, 50)
    rows.add_year(database.owner_url, 2025, 50)
    former = write(database).latest()["2025.parquet"]
    database.change("DELETE FROM service_requests WHERE created_date >= '2025-01-01'")
    write(database)
    assert {"city/files/2025.parquet", ALIAS} & keys() == set()
    assert {f"city/files/{former}", ALIAS.replace("2025", "2024")} <= keys()
