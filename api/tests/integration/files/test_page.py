"""The page of the published files, as the pipeline's template has it, in a browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.browser import console_errors, open_page
from tests.support.published import publish, served

TEMPLATE = Path(__file__).parents[4] / "prefect/pipeline/files/templates/index.html"
HTML = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder = tmp_path_factory.mktemp("files")
    publish(folder, 7, b"content", page=TEMPLATE.read_text())
    with served(folder) as running:
        yield running


@pytest.mark.parametrize("path", ["/files", "/files/index.html"])
def test_browser_applies_the_style(client: httpx.Client, tmp_path: Path, path: str) -> None:
    page, log = open_page(f"{client.base_url}".rstrip("/") + path, tmp_path)
    assert "<style>" in page
    assert console_errors(log) == []


def test_policy_allows_only_the_style_of_the_page(client: httpx.Client) -> None:
    policy = client.get("/files", headers=HTML).headers["content-security-policy"]
    allowed = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert re.fullmatch(r"'sha256-[\w+/]{43}='", allowed.pop("style-src"))
    assert allowed == dict.fromkeys(("default-src", "base-uri", "form-action", "frame-ancestors"), "'none'")


def test_known_page_keeps_its_policy(client: httpx.Client) -> None:
    """Browsers apply the policy of the 304 to the page that they have."""
    page = client.get("/files", headers=HTML)
    known = client.get("/files", headers=HTML | {"If-None-Match": page.headers["etag"]})
    assert known.status_code == 304
    assert known.headers["content-security-policy"] == page.headers["content-security-policy"]


def test_data_has_no_policy_of_a_page(client: httpx.Client) -> None:
    for path in ("/files", "/files/2025.parquet"):
        policy = client.get(path).headers["content-security-policy"]
        assert policy == "default-src 'none'; frame-ancestors 'none'"
