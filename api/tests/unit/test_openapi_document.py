"""The OpenAPI document is written once per city, outside of the event loop."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Iterator
from functools import reduce
from types import SimpleNamespace
from typing import Any

import orjson
import pytest
from starlette.requests import Request

from lacity_data_api.city.facts import City
from lacity_data_api.config import Settings
from lacity_data_api.files.any_origin import OPEN
from lacity_data_api.main import create_api
from lacity_data_api.openapi_document import Document
from lacity_data_api.state import build_state
from lacity_data_api.tiles.repository import FIELDS
from tests.support.serving import NOWHERE

A_REQUEST = Request({"type": "http", "headers": []})
AN_EXAMPLE = ("/status/api", "get")


@pytest.fixture
def facts() -> SimpleNamespace:
    """The city as read so far: none yet."""
    known = SimpleNamespace(last_known_city=City())

    async def city() -> City:
        return known.last_known_city  # type: ignore[no-any-return]

    known.city = city
    return known


@pytest.fixture
def document(facts: SimpleNamespace) -> Document:
    api = create_api(build_state(Settings(**NOWHERE)))
    # FastAPI's own again.
    del api.openapi
    return Document(api, facts)


def _responded(document: Document) -> Any:
    return orjson.loads(_body(document))


def _body(document: Document) -> bytes:
    return bytes(asyncio.run(document.respond(A_REQUEST)).body)


def _example(written: dict[str, Any]) -> Any:
    path, method = AN_EXAMPLE
    return written["paths"][path][method]["responses"]["200"]["content"]["application/json"].get("example")


def _parts(part: Any) -> Iterator[dict[str, Any]]:
    """Yields every object in a document."""
    if isinstance(part, dict):
        yield part
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from _parts(inner)


def _resolved(written: dict[str, Any], reference: str) -> Any:
    """The target of a reference; None if there is none."""
    names = reference.removeprefix("#/").split("/")
    return reduce(lambda part, name: part and part.get(name), names, written)


def test_every_reference_resolves(document: Document) -> None:
    """Those of the JSON feed used to resolve from its schema only, so that no client could be generated."""
    written = _responded(document)
    references = {part["$ref"] for part in _parts(written) if isinstance(part.get("$ref"), str)}
    assert "#/components/schemas/FeedItem" in references
    assert [reference for reference in references if not _resolved(written, reference)] == []
    assert not any("$defs" in part for part in _parts(written))


def test_every_description_can_be_read_alone(document: Document) -> None:
    """Clients show one operation, or one field of a tile, without the one before it."""
    written = [part.get("description") for part in _parts(_responded(document))]
    texts = [text for text in (*written, *FIELDS.values()) if isinstance(text, str)]
    assert [text for text in texts if text.startswith("The same")] == []


def test_routes_that_every_origin_may_read_are_named(document: Document) -> None:
    written = _responded(document)
    (sentence,) = re.findall("every origin may read(.*?);", written["info"]["description"], re.DOTALL)
    named = tuple(re.findall("`(.+?)`", sentence))
    assert [path for path in written["paths"] if path.startswith(named)] == [
        path for path in written["paths"] if OPEN.fullmatch(path)
    ]


def test_only_get_requests_are_described_with_304(document: Document) -> None:
    """It was also promised for cached POST requests, which ignore If-None-Match."""
    described = {
        method
        for operations in _responded(document)["paths"].values()
        for method, operation in operations.items()
        if "304" in operation["responses"]
    }
    assert described == {"get"}


def test_it_is_written_once_per_city(document: Document, facts: SimpleNamespace) -> None:
    written: list[City] = []
    write = document.of
    document.of = lambda city: written.append(city) or write(city)  # type: ignore[method-assign,func-returns-value]
    assert _body(document) == _body(document)
    assert written == [City()]
    facts.last_known_city = City(name="Auckland")
    assert _responded(document)["info"]["title"] == "Auckland 311 Data"


def test_a_city_that_becomes_known_loses_the_examples_of_another(
    document: Document, facts: SimpleNamespace
) -> None:
    assert _example(_responded(document)) is not None
    facts.last_known_city = City(name="Auckland")
    assert _example(_responded(document)) is None


def test_other_requests_need_not_wait_for_it(document: Document) -> None:
    """It used to be written in the event loop: half a second without any other response."""
    threads: list[threading.Thread] = []
    write = document.of

    def of(city: City) -> dict[str, Any]:
        threads.append(threading.current_thread())
        return write(city)

    document.of = of  # type: ignore[method-assign]
    _body(document)
    assert threading.main_thread() not in threads
