"""The OpenAPI document is written once per city, outside of the event loop."""

from __future__ import annotations

import inspect
from types import SimpleNamespace
from typing import Any

import orjson
import pytest
from starlette.routing import Route

from lacity_data_api.city.facts import City
from lacity_data_api.config import Settings
from lacity_data_api.main import create_api
from lacity_data_api.openapi_document import PATH, Document
from lacity_data_api.state import build_state
from tests.support.serving import NOWHERE

AN_EXAMPLE = ("/status/api", "get")


@pytest.fixture
def facts() -> SimpleNamespace:
    """The city as read so far: none yet."""
    return SimpleNamespace(last_known_city=City())


@pytest.fixture
def document(facts: SimpleNamespace) -> Document:
    api = create_api(build_state(Settings(**NOWHERE)))
    # FastAPI's own again.
    del api.openapi
    return Document(api, facts)


def _responded(document: Document) -> Any:
    return orjson.loads(bytes(document.respond(SimpleNamespace()).body))  # type: ignore[arg-type]


def _example(written: dict[str, Any]) -> Any:
    path, method = AN_EXAMPLE
    return written["paths"][path][method]["responses"]["200"]["content"]["application/json"].get("example")


def test_it_is_written_once_per_city(document: Document, facts: SimpleNamespace) -> None:
    first, second = (document.respond(SimpleNamespace()).body for _ in range(2))  # type: ignore[arg-type]
    assert first is second
    facts.last_known_city = City(name="Auckland")
    assert _responded(document)["info"]["title"] == "Auckland 311 Data"


def test_a_city_that_becomes_known_loses_the_examples_of_another(
    document: Document, facts: SimpleNamespace
) -> None:
    assert _example(_responded(document)) is not None
    facts.last_known_city = City(name="Auckland")
    assert _example(_responded(document)) is None


def test_other_requests_need_not_wait_for_it() -> None:
    """It used to be written in the event loop: half a second without any other response."""
    api = create_api(build_state(Settings(**NOWHERE)))
    (route,) = (one for one in api.routes if isinstance(one, Route) and one.path == PATH)
    assert not inspect.iscoroutinefunction(route.endpoint)
