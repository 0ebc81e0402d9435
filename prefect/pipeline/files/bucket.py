"""An S3 bucket behind a CDN: every `latest` name is a separate copy, made after the manifest."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from pipeline.errors import cause_text
from pipeline.files.scratch import temporary
from pipeline.files.session import STAMPED

IMMUTABLE = "public, max-age=31536000, immutable"
MUTABLE = "public, no-cache"
SOURCE = "source"
FILES, ALIAS = "files", "datasets/311-data/{year}/resolve/main/{year}.parquet"
CONFLICTS = {"PreconditionFailed", "ConditionalRequestConflict"}
# A bucket that cannot be reached must not hold the run lock for long.
PATIENCE = Config(connect_timeout=10, read_timeout=60, retries={"mode": "standard", "total_max_attempts": 3})
YEAR = re.compile(r"(\d{4})\.parquet")


class BucketLocation:
    """Keys are ``prefix/files/name``; yearly files also have the path that the public map requests."""

    def __init__(self, bucket: str, prefix: str) -> None:
        self._client = boto3.client("s3", config=PATIENCE)
        self._bucket = bucket
        self._prefix = f"{prefix}/" if prefix else ""
        self._scratch = temporary(f"{self._client.meta.endpoint_url}/{bucket}/{prefix}")
        self._etags: dict[str, str] = {}

    def scratch(self) -> Path:
        return self._scratch.fresh()

    def names(self) -> set[str]:
        folder = self._key("")
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=folder)
        return {item["Key"][len(folder) :] for page in pages for item in page.get("Contents", ())}

    def read(self, name: str) -> bytes | None:
        try:
            found = self._client.get_object(Bucket=self._bucket, Key=self._key(name))
        except self._client.exceptions.NoSuchKey:
            return None
        self._etags[name] = found["ETag"]
        content: bytes = found["Body"].read()
        return content

    def put(self, source: Path, name: str, media_type: str) -> None:
        headers = {"ContentType": media_type, "CacheControl": IMMUTABLE if STAMPED.search(name) else MUTABLE}
        self._client.upload_file(str(source), self._bucket, self._key(name), ExtraArgs=headers)
        source.unlink()

    def replace(self, source: Path, name: str, media_type: str) -> None:
        former = {"IfMatch": self._etags[name]} if name in self._etags else {"IfNoneMatch": "*"}
        target = {"Bucket": self._bucket, "Key": self._key(name), "ContentType": media_type}
        content = source.read_bytes()
        try:
            self._client.put_object(Body=content, CacheControl=MUTABLE, **target, **former)
        except ClientError as error:
            if error.response["Error"]["Code"] not in CONFLICTS:
                raise
            # A request that was repeated, because its response was lost, finds what it put itself.
            if self.read(name) != content:
                raise FileExistsError(f"another run has replaced {name}") from error

    def delete(self, name: str) -> None:
        for key in self._lasting_keys(name):
            self._client.delete_object(Bucket=self._bucket, Key=key)

    def publish(self, latest: Mapping[str, str]) -> None:
        wanted = [(path, key) for name, path in latest.items() for key in self._lasting_keys(name)]
        failures = [failure for path, key in wanted if (failure := self._failure_of_copy(path, key))]
        if failures:
            reason = f"{len(failures)} of {len(wanted)} copies failed, first: {cause_text(failures[0])}"
            raise OSError(reason) from failures[0]

    def close(self) -> None:
        self._scratch.close()

    def _key(self, name: str) -> str:
        return f"{self._prefix}{FILES}/{name}"

    def _lasting_keys(self, name: str) -> Iterator[str]:
        yield self._key(name)
        if year := YEAR.fullmatch(name):
            yield self._prefix + ALIAS.format(year=year[1])

    def _source_of(self, key: str) -> str | None:
        try:
            found: dict[str, Any] = self._client.head_object(Bucket=self._bucket, Key=key)
        except ClientError as error:
            if error.response["Error"]["Code"] in {"404", "NoSuchKey"}:
                return None
            raise
        source: str | None = found["Metadata"].get(SOURCE)
        return source

    def _failure_of_copy(self, path: str, key: str) -> ClientError | None:
        """The bucket's refusal, if it refuses; raises other errors, such as that it cannot be reached."""
        try:
            if self._source_of(key) != path:
                self._copy(path, key)
        except ClientError as error:
            return error
        return None

    def _copy(self, path: str, key: str) -> None:
        """The managed copy also supports files over 5 GB."""
        source = {"Bucket": self._bucket, "Key": self._key(path)}
        media_type = self._client.head_object(Bucket=self._bucket, Key=self._key(path))["ContentType"]
        headers = {
            "MetadataDirective": "REPLACE",
            "Metadata": {SOURCE: path},
            "ContentType": media_type,
            "CacheControl": MUTABLE,
        }
        self._client.copy(source, self._bucket, key, ExtraArgs=headers)
