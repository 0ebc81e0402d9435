"""A report: what it is called, what can be chosen, and its cards. One file in ``pages/`` makes one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from data.source import Source
from figures import theme
from frame.controls import Control
from frame.selection import Selection
from frame.shown import Shown

Covers = Literal["created", "closed", "nothing"]
Build = Callable[[Source, Selection], Shown]

OPEN_RULE = "A request is open while it has no closed date."
SAME_DAY_RULE = (
    "Days to close are whole calendar days; a request closed on the day it was made took 0 days and counts."
)
NO_COUNCIL_RULE = "Requests outside every neighborhood council are shown apart, as “No council”."
PLACE_RULE = "Requests that the city published without a place are not counted."
FULL_DAY_RULE = "A period ends with the last full day; the day that is still running is left out."
TIME_RULE = "Times are the city's local time, as published."
FIRST_CARDS = 2
"""Cards that come with the page, whatever the screen; so do all of a report that has hardly more."""


@dataclass(frozen=True)
class Card:
    """One figure, row of numbers or grid; ``name`` stands in the address of its CSV file."""

    name: str
    title: str
    build: Build
    note: str = ""
    """What the title does not say: units, what is left out."""
    is_wide: bool = False
    height: int = theme.HEIGHT + 50
    """Pixels that are kept for it until it comes."""


@dataclass(frozen=True)
class Report:
    """``purpose`` is one sentence for the home page; ``picture`` names the card shown there."""

    path: str
    title: str
    purpose: str
    cards: Sequence[Card]
    order: int
    controls: Sequence[Control] = ()
    rules: Sequence[str] = (PLACE_RULE, TIME_RULE)
    picture: str = ""
    menu: str = ""
    """Its name in the menu when the title is long."""
    covers: Covers = "created"
    """What the period means: days on which requests were created, whole months in which they were closed."""
    aliases: Sequence[str] = ()
    """Former addresses, kept as redirects."""

    @property
    def name(self) -> str:
        """The path without its slash; part of ids and addresses."""
        return self.path.strip("/")

    def card(self, name: str) -> Card | None:
        return next((card for card in self.cards if card.name == name), None)

    def is_first(self, card: Card) -> bool:
        """Whether it comes with the page; ``assets/near.js`` asks for the others."""
        return len(self.cards) <= FIRST_CARDS + 1 or card in self.cards[:FIRST_CARDS]

    def card_id(self, card: Card) -> str:
        return f"{self.name}--{card.name}"
