"""Every route is described, has an example of its shape, and is listed in the README."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from starlette.routing import Route

from lacity_data_api.config import Settings
from lacity_data_api.main import create_api
from lacity_data_api.state import build_state
from tests.support.serving import NOWHERE

README = Path(__file__).parents[2] / "README.md"
ENV_EXAMPLE = Path(__file__).parents[3] / ".env.example"
API = create_api(build_state(Settings(**NOWHERE)))
DOCUMENT = API.openapi()
JSON = "application/json"


def _operations() -> Iterator[tuple[str, dict[str, Any]]]:
    for path, operations in DOCUMENT["paths"].items():
        for method, operation in operations.items():
            yield f"{method.upper()} {path}", operation


def _answers() -> Iterator[tuple[str, dict[str, Any]]]:
    """The name of each route and the JSON content of its successful response."""
    for name, operation in _operations():
        for status in ("200", "201"):
            content = operation["responses"].get(status, {}).get("content", {})
            if JSON in content:
                yield name, content[JSON]


@pytest.mark.parametrize(("name", "operation"), list(_operations()))
def test_route_is_described(name: str, operation: dict[str, Any]) -> None:
    assert len(operation["description"]) > 10
    assert operation["tags"]
    nameless = [
        parameter["name"]
        for parameter in operation.get("parameters", [])
        if not parameter.get("description") and not parameter["schema"].get("description")
    ]
    assert nameless == []


@pytest.mark.parametrize(("name", "content"), list(_answers()))
def test_example_has_the_shape_of_the_response(name: str, content: dict[str, Any]) -> None:
    schema = {**content["schema"], "components": DOCUMENT["components"]}
    jsonschema_rs.validator_for(schema).validate(content["example"])


def test_every_route_is_in_the_readme() -> None:
    written = set(re.findall(r"(GET|POST) `([^`]+)`", README.read_text()))
    assert written == {tuple(name.split(" ", 1)) for name, _ in _operations()}


def test_every_setting_is_in_the_readme_and_in_the_example() -> None:
    section = README.read_text().split("## Settings")[1].split("## ")[0]
    names = {name.upper() for name in Settings.model_fields}
    assert names - set(re.findall(r"`([A-Z_]+)`", section)) == set()
    assert names - set(re.findall(r"^([A-Z_]+)=", ENV_EXAMPLE.read_text(), re.MULTILINE)) == set()


def test_routes_are_built_before_any_request() -> None:
    """Those of an included router would be built by the first requests, in 0.3 seconds."""
    assert {route for route in API.routes if not isinstance(route, Route)} == set()


@pytest.mark.parametrize(("name", "operation"), list(_operations()))
def test_route_may_be_rejected_early(name: str, operation: dict[str, Any]) -> None:
    assert {"400", "408", "413", "414"} <= set(operation["responses"])


def test_only_downloads_and_messages_may_be_too_many() -> None:
    limited = {name for name, operation in _operations() if "429" in operation["responses"]}
    exports = {name for name, _ in _operations() if "/export/" in name}
    assert exports
    assert limited == exports | {"GET /requests", "GET /requests/updated", "POST /feedback"}
