"""Which plotly.js draws a page: the partial Cartesian bundle, or the full one for what that cannot draw."""

from __future__ import annotations

from calendar import month_abbr

import pytest
from playwright.sync_api import Page, expect
from samples import sampled
from support.browser import Visitor

from figures import charts, groups, stacks

LOADED = """performance.getEntriesByType('resource').map(one => one.name.split('/').pop().split('?')[0])
    .filter(name => name.startsWith('plotly') && name.endsWith('.min.js'))"""
PART, WHOLE = "plotly-cartesian.min.js", "plotly.min.js"
ANOTHER_KIND = """() => Plotly.react(document.body.appendChild(document.createElement('div')),
    { data: [{ type: 'sunburst', labels: ['city', 'council'], parents: ['', 'city'], values: [2, 1] }] })"""

# Labels that touch another, and texts and legends that are cut off, in a figure as wide as on a phone.
DRAWN = """figure => {
    const place = document.body.appendChild(document.createElement('div'));
    const boxOf = text => text.getBoundingClientRect();
    return Plotly.newPlot(place, figure.data, {...figure.layout, width: 332}).then(() => {
        const edge = boxOf(place.querySelector('.main-svg'));
        const labels = [...place.querySelectorAll('.xtick text')];
        labels.sort((one, other) => boxOf(one).left - boxOf(other).left);
        const touching = labels.filter((one, at) => at && boxOf(one).left < boxOf(labels[at - 1]).right + 2);
        const names = [...place.querySelectorAll('.ytick text')];
        names.sort((one, other) => boxOf(one).top - boxOf(other).top);
        const above = names.filter((one, at) => at && boxOf(one).top < boxOf(names[at - 1]).bottom);
        const legend = place.querySelector('.legend');
        const scrolls = legend?.querySelector('.scrollbar')?.getBoundingClientRect().height > 0;
        const below = [...labels, ...place.querySelectorAll('.xtitle')].map(one => boxOf(one).top);
        const plot = edge.top + place._fullLayout._size.t;
        const covers = legend && boxOf(legend).bottom > Math.min(plot, ...below);
        const hidden = scrolls || covers ? [legend] : [];
        const cut = [...place.querySelectorAll('text')].filter(one => boxOf(one).width
            && (boxOf(one).left < edge.left || boxOf(one).right > edge.right));
        place.remove();
        return [...touching, ...above, ...cut, ...hidden].map(one => one.textContent);
    });
}"""
LONG_NAMES = ["Office of Community Beautification", "Homeless Encampment"]
LONGER_NAMES = [f"Department of Housing Preservation and Development {place}" for place in "ABCDEFGH"]
COLORS = ["#111111"] * 4
AGES = {name: [1] for name in ("0 to 7 days", "8 to 30 days", "31 to 90 days", "Over 90 days")}
ON_A_PHONE = {
    "days": charts.bars([f"Nov {day}" for day in range(1, 31)], range(30), unit="requests"),
    "months": charts.bars([f"{month} 2026" for month in month_abbr[1:]], range(12), unit="requests"),
    "steps of a hundred": charts.horizontal_bars(LONG_NAMES, [1109, 5], unit="requests"),
    "thousands": charts.horizontal_bars(LONG_NAMES, [5512, 5], unit="requests"),
    "tens of thousands": charts.horizontal_bars(LONG_NAMES, [55_120, 5], unit="requests"),
    "names of three lines": charts.horizontal_bars(LONGER_NAMES, range(8), unit="requests"),
    "groups": groups.horizontal(
        LONGER_NAMES, [groups.OneSeries.of("New", LONGER_NAMES, range(8), LONGER_NAMES)], x_title="Requests"
    ),
    "one bar of four parts": stacks.horizontal(
        LONG_NAMES[:1], AGES, unit="open requests", colors=COLORS, links={age: [""] for age in AGES}
    ),
    "many bars of four parts": stacks.horizontal(
        LONGER_NAMES,
        dict.fromkeys(AGES, range(8)),
        unit="open requests",
        colors=COLORS,
        links={age: [""] * 8 for age in AGES},
    ),
    "one range": charts.ranges(
        LONG_NAMES[:1], [1], [2], titles=("Median", "90th percentile"), unit="days", counts=[50], small=20
    ),
    "a long title": charts.horizontal_bars(LONG_NAMES, [40, 5], unit="days from created to closed"),
    "a wide title": charts.horizontal_bars(LONG_NAMES, [40.5, 5], unit="requests per 10,000 people"),
}


def loaded(page: Page) -> set[str]:
    return set(page.evaluate(LOADED))


@pytest.mark.parametrize("path", sampled(["/", "/overview-combined", "/time-to-close", "/types-map"], 4))
def test_a_page_is_drawn_by_the_part(visitor: Visitor, path: str) -> None:
    page = visitor.open(path)
    expect(page.locator(".main-svg").first).to_be_visible()
    assert loaded(page) == {PART}


@pytest.mark.slow
def test_labels_have_room_on_a_phone(visitor: Visitor) -> None:
    page = visitor.open("/recent")
    crowded = {name: page.evaluate(DRAWN, figure) for name, figure in ON_A_PHONE.items()}
    assert not any(crowded.values()), crowded


@pytest.mark.slow
def test_another_kind_of_figure_brings_the_whole(visitor: Visitor) -> None:
    page = visitor.open("/recent")
    page.evaluate(ANOTHER_KIND)
    expect(page.locator(".sunburstlayer .slice")).to_have_count(2)
    assert loaded(page) == {PART, WHOLE}
    page.get_by_role("link", name="Time to close").click()
    expect(page.locator("#time-to-close--trend .main-svg").first).to_be_visible()
