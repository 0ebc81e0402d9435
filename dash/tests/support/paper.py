"""What a page looks like on paper: its sheets, and the positions of their texts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Page
from pypdfium2 import PdfDocument

MARGIN_POINTS = 0.6 * 72
NARROWEST_PIXELS = int((210 / 25.4 - 2 * 0.6) * 96)
"""The width between the margins of an A4 sheet; Letter is wider."""
PAPERS = ("A4", "Letter")
DARK = 64
# The visible texts of the page, and whether an element with hidden overflow cuts them off.
TEXTS = """() => {
    const isClip = one => getComputedStyle(one).overflowX !== 'visible' || one.matches('.main-svg');
    const texts = document.createTreeWalker(document.querySelector('#content'), NodeFilter.SHOW_TEXT);
    const found = [];
    while (texts.nextNode()) {
        const node = texts.currentNode, parent = node.parentElement;
        if (!node.data.trim() || parent.closest('.only-read, script, style, option')
            || !parent.checkVisibility({visibilityProperty: true, opacityProperty: true})) continue;
        let clip = parent;
        while (clip !== document.body && !isClip(clip)) clip = clip.parentElement;
        const range = document.createRange();
        range.selectNodeContents(node);
        const own = range.getBoundingClientRect(), room = clip.getBoundingClientRect();
        const isCut = clip !== document.body && (own.left < room.left - 1 || own.right > room.right + 1
            || own.top < room.top - 1 || own.bottom > room.bottom + 1);
        found.push([node.data.trim(), isCut]);
    }
    return found;
}"""


@dataclass(frozen=True)
class Sheet:
    """One sheet: its text, and each run of text with its left, bottom, right and top in points."""

    width: float
    height: float
    text: str
    runs: list[tuple[str, tuple[float, float, float, float]]]

    def beyond(self) -> list[str]:
        """Texts that begin or end within half of the margin, or outside the paper."""
        edge = MARGIN_POINTS / 2
        return [
            text
            for text, (left, bottom, right, top) in self.runs
            if left < edge or bottom < edge or right > self.width - edge or top > self.height - edge
        ]


@dataclass(frozen=True)
class Printed:
    """A page as printed."""

    sheets: list[Sheet]

    @property
    def beyond(self) -> list[str]:
        """Texts of every sheet that begin or end outside the paper."""
        return [text for sheet in self.sheets for text in sheet.beyond()]

    def missing(self, texts: list[str]) -> list[str]:
        """The texts that are on no sheet."""
        everything = _plain("".join(sheet.text for sheet in self.sheets))
        return [text for text in texts if _plain(text) not in everything]


def printed(page: Page, paper: str = "Letter") -> Printed:
    """The page on sheets of this paper."""
    document = PdfDocument(page.pdf(format=paper, prefer_css_page_size=True))
    try:
        return Printed(list(_sheets(document)))
    finally:
        document.close()


def darkest(page: Page) -> float:
    """The largest share of a sheet that is black or nearly so."""
    document = PdfDocument(page.pdf(format="A4", prefer_css_page_size=True))
    try:
        return max(
            float((sheet.render(scale=0.5).to_numpy().max(axis=2) < DARK).mean()) for sheet in document
        )
    finally:
        document.close()


@contextmanager
def as_on_paper(page: Page) -> Iterator[list[tuple[str, bool]]]:
    """The page laid out for paper: its visible texts, and whether each is cut."""
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.wait_for_timeout(400)
    yield [(text, is_cut) for text, is_cut in page.evaluate(TEXTS)]
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="null")


def _sheets(document: PdfDocument) -> Iterator[Sheet]:
    for page in document:
        texts = page.get_textpage()
        places = [texts.get_rect(place) for place in range(texts.count_rects())]
        runs = [(texts.get_text_bounded(*place), place) for place in places]
        yield Sheet(*page.get_size(), texts.get_text_range(), runs)
        texts.close()
        page.close()


def _plain(text: str) -> str:
    """The text without spaces, line breaks and hyphens, and with a font's ligatures resolved."""
    return re.sub(r"[\s\x00-\x1f\ufffe-]+", "", unicodedata.normalize("NFKC", text))
