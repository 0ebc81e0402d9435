"""``make screenshots``: pictures of every report of the running system.

Takes the screenshots for ``docs/reports.md``, one per report. With ``--review FOLDER`` it takes whole pages
instead, at desktop and phone size, light and dark, and PDF files, to review before merging a visual change.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from itertools import product
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from headless_browser import ARGUMENTS, BROWSER, IS_LOADED
from pages import reports

FOLDER = Path(__file__).parent.parent / "docs" / "pictures" / "reports"
# Small files that are still legible: 960 by 640 pixels.
DESK = (1280, 853)
PHONE = (390, 844)
SCALE = 0.75
WAIT_MS = 60_000


def main() -> int:
    parser = argparse.ArgumentParser(prog="screenshots.py", description=__doc__)
    parser.add_argument(
        "--review", type=Path, metavar="FOLDER", help="whole pages, in every width and scheme"
    )
    chosen = parser.parse_args()
    url, program = os.environ.get("REPORTS_URL", ""), shutil.which(BROWSER)
    if not url or program is None:
        sys.stderr.write(f"Start the reports with `make up`, and install {BROWSER} with `make setup`.\n")
        return 1
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        if chosen.review:
            review(browser, url, chosen.review)
        else:
            document(browser, url)
        browser.close()
    return 0


def paths() -> dict[str, str]:
    """Name → path of every page."""
    return {"home": "/"} | {report.name: report.path for report in reports()}


def document(browser: Browser, url: str) -> None:
    """The top of each page, in light colors, at desktop size."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, path in paths().items():
        page = opened(browser, url + path, DESK, "light", SCALE)
        page.screenshot(path=FOLDER / f"{name}.png")
        sys.stdout.write(f"{name}: {(FOLDER / f'{name}.png').stat().st_size // 1024} kB\n")
        page.context.close()


def review(browser: Browser, url: str, folder: Path) -> None:
    """Each page in full, and as a PDF."""
    folder.mkdir(parents=True, exist_ok=True)
    for (name, path), screen, scheme in product(paths().items(), (DESK, PHONE), ("light", "dark")):
        page = opened(browser, url + path, screen, scheme)
        page.screenshot(path=folder / f"{name}-{screen[0]}-{scheme}.png", full_page=True)
        if (screen, scheme) == (DESK, "light"):
            page.pdf(path=folder / f"{name}.pdf", format="Letter")
        page.context.close()


def opened(browser: Browser, address: str, screen: tuple[int, int], scheme: str, scale: float = 1) -> Page:
    """A page whose figures are drawn."""
    context = browser.new_context(
        viewport={"width": screen[0], "height": screen[1]},
        device_scale_factor=scale,
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
    )
    context.set_default_timeout(WAIT_MS)
    page = context.new_page()
    page.goto(address)
    page.wait_for_function(IS_LOADED)
    # Maps are drawn after their scripts have loaded.
    page.wait_for_timeout(3_000)
    return page


if __name__ == "__main__":
    sys.exit(main())
