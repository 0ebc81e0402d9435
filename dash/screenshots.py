"""``make screenshots``: a picture of every report of the running system, for ``docs/reports.md``."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from pages import reports

FOLDER = Path(__file__).parent.parent / "docs" / "pictures" / "reports"
ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage"]
# Small files that can still be read: 960 by 640 pixels.
VIEW = {"width": 1280, "height": 853}
SCALE = 0.75
DRAWN = """() => document.querySelector('h1') && !document.querySelector('.mantine-Skeleton-root')
    && !document.querySelector('[data-dash-is-loading="true"]')"""
WAIT_MS = 60_000


def main() -> int:
    url = os.environ.get("REPORTS_URL", "")
    chromium = shutil.which("chromium")
    if not url or chromium is None:
        sys.stderr.write("The reports must run (`make up`), and chromium be installed (`make setup`).\n")
        return 1
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        take(browser, f"{url}/", FOLDER / "home.png")
        for report in reports():
            take(browser, url + report.path, FOLDER / f"{report.name}.png")
        browser.close()
    return 0


def take(browser: Browser, address: str, file: Path) -> None:
    """One picture of the top of a page, in light colours, as wide as a desk's screen."""
    context = browser.new_context(
        viewport={"width": VIEW["width"], "height": VIEW["height"]},
        device_scale_factor=SCALE,
        color_scheme="light",
        reduced_motion="reduce",
    )
    context.set_default_timeout(WAIT_MS)
    page = context.new_page()
    page.goto(address)
    page.wait_for_function(DRAWN)
    # Maps are drawn after their scripts have come.
    page.wait_for_timeout(3_000)
    page.screenshot(path=file)
    context.close()
    sys.stdout.write(f"{file.relative_to(FOLDER.parent.parent.parent)}: {file.stat().st_size // 1024} kB\n")


if __name__ == "__main__":
    sys.exit(main())
