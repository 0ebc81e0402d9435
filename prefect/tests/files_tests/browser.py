"""Debian's Chromium with DuckDB-WASM, which may connect only to this machine."""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import shutil
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Playwright, Route

from files_tests.npm import packages

HERE = Path(__file__).parent
BROWSER = "chromium-headless-shell"
ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
WAIT_MS = 300_000
ARROW = "export const {RecordBatchReader, Table, tableToIPC, Type} = globalThis.Arrow;\n"
MEDIA_TYPES = SimpleHTTPRequestHandler.extensions_map | {
    ".mjs": "text/javascript",
    ".wasm": "application/wasm",
}
LOCAL = ("http://127.0.0.1:", "data:", "blob:")
EPOCH = dt.datetime(1970, 1, 1)  # noqa: DTZ001  local times, as published


class Library(SimpleHTTPRequestHandler):
    """Serves the page and the packages."""

    extensions_map = MEDIA_TYPES

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def library(folder: Path) -> Iterator[str]:
    """Serve page and packages from a folder of links."""
    unpacked = packages()
    (folder / "duckdb").symlink_to(unpacked["@duckdb/duckdb-wasm@1.27.0"])
    (folder / "arrow").symlink_to(unpacked["apache-arrow@11.0.0"])
    (folder / "arrow.mjs").write_text(ARROW)
    (folder / "index.html").write_text((HERE / "duckdb.html").read_text())
    handler = functools.partial(Library, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/"
        finally:
            server.shutdown()
            thread.join()


class Browser:
    """The page, and every request that was about to leave the machine."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.blocked: list[str] = []

    def guard(self, route: Route) -> None:
        if route.request.url.startswith(LOCAL):
            route.continue_()
        else:
            self.blocked.append(route.request.url)
            route.abort()

    def open(self, year: int, url: str) -> None:
        self._page.evaluate("([year, url]) => open311(year, url)", [year, url])

    def query(self, statement: str) -> tuple[int, str]:
        """The number of rows, and a digest of their values."""
        result = self._page.evaluate("statement => query311(statement)", statement)
        return result["count"], result["digest"]


@contextmanager
def browser(playwright: Playwright, folder: Path) -> Iterator[Browser]:
    """Chromium with DuckDB open."""
    path = shutil.which(BROWSER)
    if path is None:
        pytest.fail(f"{BROWSER} is not installed: `make setup` does it", pytrace=False)
    with library(folder) as url:
        chromium = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        page = chromium.new_page()
        page.set_default_timeout(WAIT_MS)
        opened = Browser(page)
        page.route("**/*", opened.guard)
        page.goto(url)
        page.wait_for_function("() => window.isReady")
        yield opened
        chromium.close()


def digest(rows: Iterable[tuple[Any, ...]]) -> tuple[int, str]:
    """The result that the page computes for the same rows."""
    lines = sorted("\x1f".join(_text(value) for value in row) for row in rows)
    return len(lines), hashlib.sha256("\x1e".join(lines).encode()).hexdigest()


def _text(value: Any) -> str:
    if value is None:
        return "~"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dt.datetime):
        return str(round((value - EPOCH).total_seconds() * 1000))
    return repr(value).removesuffix(".0") if isinstance(value, float) else str(value)
