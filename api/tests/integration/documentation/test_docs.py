"""The page of routes, in a browser that can reach only this machine."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lacity_data_api.documentation.endpoints import CONTENT_SECURITY_POLICY, FILES
from lacity_data_api.openapi_document import PATH
from tests.support.browser import console_errors, open_page
from tests.support.serving import Api


def test_every_route_is_shown_offline_and_within_the_policy(api: Api, tmp_path: Path) -> None:
    page, log = open_page(f"{api.url}/docs", tmp_path)
    shown = set(re.findall(r'data-path="([^"]+)"', page))
    assert shown == set(api.json("/openapi.json")["paths"])
    assert console_errors(log) == []


@pytest.mark.slow
def test_the_page_follows_a_dark_scheme(api: Api, tmp_path: Path) -> None:
    page, _ = open_page(f"{api.url}/docs", tmp_path, "--blink-settings=preferredColorScheme=0")
    assert re.search(r'<html[^>]* class="dark-mode"', page)


@pytest.mark.parametrize("path", ["/docs", *(f"/docs/{name}" for name in FILES)])
def test_policy_allows_our_own_files_only(api: Api, path: str) -> None:
    response = api.get(path)
    assert response.status_code == 200
    policy = response.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "http" not in policy


def test_page_has_no_inline_script(api: Api) -> None:
    page = api.get("/docs").text
    assert re.findall(r"<script(?! src=)", page) == []
    assert "style=" not in page


@pytest.mark.parametrize("path", ["/docs/page.html", "/docs/..%2Fendpoints.py", "/redoc", "/docs/vendor"])
def test_there_are_no_other_files(api: Api, path: str) -> None:
    assert api.get(path).status_code == 404


@pytest.mark.parametrize("encoding", ["identity", "gzip", "br"])
@pytest.mark.parametrize("path", ["/docs", *(f"/docs/{name}" for name in FILES)])
def test_known_file_is_not_sent_again(api: Api, path: str, encoding: str) -> None:
    accepted = {"Accept-Encoding": encoding}
    tag = api.client.get(path, headers=accepted).headers["etag"]
    known = api.client.get(path, headers=accepted | {"If-None-Match": tag})
    assert (known.status_code, known.content, known.headers["etag"]) == (304, b"", tag)
    assert known.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert api.client.get(path, headers=accepted | {"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize("encoding", ["identity", "gzip", "br"])
def test_known_description_is_not_sent_again(api: Api, encoding: str) -> None:
    """All 230 kB of it were sent each time, uncompressed."""
    accepted = {"Accept-Encoding": encoding}
    sent = api.client.get(PATH, headers=accepted)
    assert sent.headers.get("content-encoding", "identity") == encoding
    assert sent.headers["cache-control"] == "public, no-cache"
    assert sent.headers["content-type"] == "application/json"
    assert sent.json()["openapi"].startswith("3.")
    known = api.client.get(PATH, headers=accepted | {"If-None-Match": sent.headers["etag"]})
    assert (known.status_code, known.content) == (304, b"")


@pytest.mark.parametrize("encoding", ["gzip", "br"])
@pytest.mark.parametrize("name", ["swagger-ui-bundle.js", "swagger-ui.css"])
def test_large_file_is_compressed(api: Api, name: str, encoding: str) -> None:
    plain = api.client.get(f"/docs/{name}", headers={"Accept-Encoding": "identity"})
    assert plain.content == FILES[name].read_bytes()
    assert "content-encoding" not in plain.headers
    sent = api.client.get(f"/docs/{name}", headers={"Accept-Encoding": encoding})
    assert (sent.headers["content-encoding"], sent.content) == (encoding, plain.content)
    assert int(sent.headers["content-length"]) < len(plain.content) / 2
    assert sent.headers["etag"] != plain.headers["etag"]
    assert sent.headers["content-type"] == plain.headers["content-type"]
    assert "Accept-Encoding" in sent.headers["vary"].split(", ")
