"""A folder of published files, as the pipeline leaves it, and an API that serves it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import orjson

from lacity_data_api.config import Settings
from tests.support.serving import NOWHERE, serve

PARQUET = "application/vnd.apache.parquet"
ALLOWED = "https://map.311.example"
PAGE = "<!doctype html><title>Generation {generation}</title>"
SETTINGS = {**NOWHERE, "api_allowed_origins": ALLOWED}


def publish(
    folder: Path, generation: int, content: bytes, superseded: tuple[Any, ...] = (), page: str = PAGE
) -> None:
    """Write one yearly file, a page, and last the manifest, which is replaced atomically."""
    resources = [_put(folder, "2025.parquet", generation, content, PARQUET)]
    text = page.replace("{generation}", str(generation)).encode()
    documents = [_put(folder, "index.html", generation, text, "text/html; charset=utf-8")]
    manifest = {
        "name": "la-311",
        "generation": generation,
        "lastDay": "2025-12-31",
        "rows": 1,
        "resources": resources,
        "documents": documents,
        "superseded": superseded,
    }
    temporary = folder / "new"
    temporary.write_bytes(orjson.dumps(manifest))
    temporary.replace(folder / "datapackage.json")


def _put(folder: Path, latest: str, generation: int, content: bytes, media_type: str) -> dict[str, Any]:
    digest = hashlib.sha256(content).hexdigest()
    stem, _, kind = latest.partition(".")
    path = f"{stem}.g{generation}-{digest[:8]}.{kind}"
    (folder / path).write_bytes(content)
    return {
        "name": f"requests-{stem}",
        "latest": latest,
        "path": path,
        "mediatype": media_type,
        "bytes": len(content),
        "hash": f"sha256:{digest}",
    }


@contextmanager
def served(folder: Path | str, **changed: str) -> Iterator[httpx.Client]:
    """A client of the whole API, which has no database but serves the files of this folder."""
    with serve(Settings(**SETTINGS, files_location=str(folder), **changed)) as api:
        yield api.client
