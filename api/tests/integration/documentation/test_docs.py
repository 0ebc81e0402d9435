"""The page of routes, in a browser that can reach only this machine."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lacity_data_api.documentation.endpoints import FILES
from tests.support.browser import console_errors, open_page
from tests.support.serving import Api


def test_every_route_is_shown_offline_and_within_the_policy(api: Api, tmp_path: Path) -> None:
    page, log = open_page(f"{api.url}/docs", tmp_path)
    shown = set(re.findall(r'data-path="([^"]+)"', page))
    assert shown == set(api.json("/openapi.json")["paths"])
    assert console_errors(log) == []


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
