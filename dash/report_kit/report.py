"""A report: its title, controls and cards. Each file in ``pages/`` defines one report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from data import counts
from data.counts import Totals
from data.facts import Facts
from data.warehouse import Warehouse
from figures import theme
from report_kit.content import CardContent
from report_kit.controls import Control
from report_kit.selection import Selection

Covers = Literal["created", "closed", "nothing"]
Build = Callable[[Warehouse, Selection], CardContent]


def totals_of_filters(warehouse: Warehouse, selection: Selection) -> Totals:
    return counts.totals(warehouse, selection.filters)


OPEN_RULE = "A request is open until it has a closed date, or a status that ends it."
SAME_DAY_RULE = (
    "Days to close are whole calendar days; a request closed on the day it was created took 0 days."
)
CLOSED_RULE = (
    "Every request with a closed date counts as closed, even if it was canceled, a duplicate, or referred to "
    "another agency."
)
NO_COUNCIL_RULE = "Requests outside every {area} are shown separately, as “No council”."
PLACE_RULE = "Requests without a usable location count like all others, but are not on the map."
INFORMATION_RULE = "Calls for information are not requests, and count only if you include them."
FULL_DAY_RULE = "Periods end with the last full loaded day; the current day is left out."
TIME_RULE = "Times are the city's local time, as published."
COUNTING_RULES = (PLACE_RULE, INFORMATION_RULE)


@dataclass(frozen=True)
class Card:
    """A figure, a row of numbers or a grid; ``name`` is part of the URL of its CSV file."""

    name: str
    title: str
    build: Build
    note: str = ""
    """Details that the title does not contain, such as units and exclusions."""
    is_wide: bool = False
    height: int = theme.HEIGHT + 50
    """Pixels reserved until the card has loaded."""


@dataclass(frozen=True)
class Report:
    """``purpose`` is one sentence for the home page; ``picture`` names the card shown there."""

    path: str
    title: str
    purpose: str
    cards: Sequence[Card]
    order: int
    controls: Sequence[Control] = ()
    rules: Sequence[str] = (*COUNTING_RULES, TIME_RULE)
    picture: str = ""
    tile: Build | None = None
    """The picture for the home page if no card can serve as one, such as a map drawn from tiles."""
    menu: str = ""
    """Its name in the menu if the title is too long."""
    first_cards: int = 3
    """How many cards the page includes if they need no query; usually those above the fold."""
    is_drawn_at_once: bool = True
    """Whether plotly.js draws one of the first cards; otherwise it loads later, for cards further down."""
    has_preview: bool = False
    """Whether its HTML contains a preview; Dash's scripts then load after its map is drawn."""
    covers: Covers = "created"
    """Meaning of the period: days on which requests were created, or months in which they were closed."""
    since: Callable[[Warehouse], date] | None = None
    """The first day of its data, if that may be later than that of the requests; date.max if it has none."""
    totals: Callable[[Warehouse, Selection], Totals | None] = totals_of_filters
    """The numbers under the filters; not the default if the report selects by more than filters."""
    is_live: bool = False
    """Whether it shows the runs themselves, which change without a new generation of the data."""
    related: Callable[[Warehouse, Selection], tuple[str, str] | None] | None = None
    """Title and address of a document on the same selection, if there is one."""
    aliases: Sequence[str] = ()
    """Old URLs, kept as redirects."""

    @property
    def name(self) -> str:
        """The path without its slash; part of ids and URLs."""
        return self.path.strip("/")

    def card(self, name: str) -> Card | None:
        return next((card for card in self.cards if card.name == name), None)

    def covered(self, selection: Selection, facts: Facts) -> Selection:
        """The selection with the days that the report's numbers cover."""
        return selection.whole_months(facts) if self.covers == "closed" else selection

    def content(self, card: Card, warehouse: Warehouse, selection: Selection) -> CardContent:
        """What a card of the report shows for a selection."""
        return card.build(warehouse, self.covered(selection, warehouse.facts()))

    def card_id(self, card: Card) -> str:
        return f"{self.name}--{card.name}"
