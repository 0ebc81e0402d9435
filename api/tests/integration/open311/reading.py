"""Responses in both formats, and the standard's schemas for them."""

from __future__ import annotations

import json
from functools import cache
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema_rs
import pytest

from tests.support.ingest import SHARED
from tests.support.serving import Api

REQUESTS = "/open311/v2/requests"
SCHEMAS = SHARED / "open311"
NUMBERS = {"lat", "long", "code"}
BOOLEANS = {"metadata", "is_duplicate"}
LISTS = {"services", "service_requests", "attributes", "endpoints", "formats", "notes", "errors"}


@cache
def schema(name: str) -> Any:
    """A validator of the standard's schema; skips where the schemas are absent."""
    if not SCHEMAS.is_dir():
        pytest.skip("the standard's schemas are not next to this checkout (../shared/data/open311)")
    content = json.loads((SCHEMAS / f"{name}.json").read_text())
    if "$ref" in content.get("items", {}):
        content["items"] = json.loads((SCHEMAS / content["items"]["$ref"]).read_text())
    return jsonschema_rs.validator_for(content, validate_formats=True)


def from_xml(text: str) -> Any:
    """The content that an XML document shares with its JSON counterpart."""
    assert text.startswith('<?xml version="1.0" encoding="utf-8"?>')
    return _content(ET.fromstring(text.encode()))  # noqa: S314  our own document


def _content(element: ET.Element) -> Any:
    if element.tag in LISTS:
        return [_content(child) for child in element]
    if len(element):
        return {child.tag: _content(child) for child in element}
    if element.text is None:
        return None
    if element.tag in NUMBERS:
        return float(element.text)
    return element.text == "true" if element.tag in BOOLEANS else element.text


def both(api: Api, path: str, code: int = 200, /, **parameters: Any) -> Any:
    """The content of a response, which must be the same in both formats."""
    responses = {form: api.get(f"{path}.{form}", **parameters) for form in ("json", "xml")}
    for form, media_type in (("json", "application/json"), ("xml", "text/xml")):
        assert responses[form].status_code == code, responses[form].text
        assert responses[form].headers["content-type"] == f"{media_type}; charset=utf-8"
        assert responses[form].headers["access-control-allow-origin"] == "*"
    content = responses["json"].json()
    assert from_xml(responses["xml"].text) == content
    return content


def requests(api: Api, /, **parameters: Any) -> list[dict[str, Any]]:
    """Requests that are valid in both formats."""
    content: list[dict[str, Any]] = both(api, REQUESTS, **parameters)
    schema("requests").validate(content)
    return content


def ids(content: list[dict[str, Any]]) -> list[str]:
    return [request["service_request_id"] for request in content]


def errors(api: Api, path: str, code: int, /, **parameters: Any) -> list[str]:
    """The descriptions of the errors, which must have the standard's format."""
    content = both(api, path, code, **parameters)
    assert content
    assert all(error.keys() == {"code", "description"} and error["code"] == code for error in content)
    return [error["description"] for error in content]
