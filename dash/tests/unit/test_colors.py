"""Colors stand out in both schemes, and lines are distinguishable, also for readers with deuteranopia."""

from __future__ import annotations

import re
from itertools import combinations

import numpy as np
import pytest
from support.serving import DASH

from figures.colors import ACCENT, OTHERS, SCALE, SECOND, SEQUENCE, THIRD, cycle_colors

ASSETS = DASH / "assets"
STYLE = (ASSETS / "style.css").read_text()
SHEETS = "".join(path.read_text() for path in ASSETS.glob("*.css"))
VARIABLE = re.compile(r"--([\w-]+): (#[0-9a-fA-F]{3,6})")
# The colors of the light scheme, of the dark one, and on paper.
SCHEMES = [dict(VARIABLE.findall(block)) for block in re.findall(r"{([^{}]*--card:[^}]*)}", STYLE)]
CARDS = [scheme["card"] for scheme in SCHEMES[:2]]
TEXTS = [("ink", "card"), ("quiet", "card"), ("link", "card"), ("ink", "paper"), ("quiet", "paper")]
TEXTS += [("link", "paper"), ("warn-ink", "warn"), ("ink", "bad"), ("ink", "warn")]
TEXT, GRAPHIC = 4.5, 3.0
"""Minimum contrast according to WCAG 2.1, 1.4.3 and 1.4.11."""
# Distance in CIE Lab; 2.3 is the just noticeable difference.
CLEARLY = 18.0
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
WHITE = np.array([0.9505, 1, 1.089])
# Machado, Oliveira and Fernandes (2009), severity 1.
DEUTERANOPIA = np.array(
    [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
)


def linear(color: str) -> np.ndarray:
    digits = color[1:] if len(color) == 7 else "".join(2 * digit for digit in color[1:])
    value = np.array(list(bytes.fromhex(digits))) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def lab(light: np.ndarray) -> np.ndarray:
    ratio = TO_XYZ @ light / WHITE
    x, y, z = np.where(ratio > 0.008856, np.cbrt(ratio), 7.787 * ratio + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def contrast(one: str, other: str) -> float:
    light, dark = sorted(((TO_XYZ @ linear(color))[1] for color in (one, other)), reverse=True)
    return float((light + 0.05) / (dark + 0.05))


@pytest.mark.parametrize("color", {*SEQUENCE, ACCENT, SECOND, THIRD, OTHERS})
def test_every_color_stands_out_on_the_light_and_the_dark_card(color: str) -> None:
    assert len(set(CARDS)) == 2
    assert min(contrast(color, card) for card in CARDS) >= GRAPHIC


def test_every_text_can_be_read_in_both_schemes_and_on_paper() -> None:
    light, dark, paper = SCHEMES
    for scheme in (light, light | dark, light | paper):
        found = {pair: contrast(*(scheme[name] for name in pair)) for pair in TEXTS}
        assert {pair: ratio for pair, ratio in found.items() if ratio < TEXT} == {}


def test_texts_have_no_other_colors() -> None:
    """Except for the two of the map's popup, which is white in both schemes."""
    fixed = set(re.findall(r"[{;\s]color: (#[0-9a-fA-F]{3,6})", SHEETS))
    assert fixed
    assert {color for color in fixed if contrast(color, "#ffffff") < TEXT} == set()


def blend(color: str, below: str, opacity: float) -> str:
    above, under = (bytes.fromhex(one[1:]) for one in (color, below))
    return (
        "#" + bytes(round(a * opacity + b * (1 - opacity)) for a, b in zip(above, under, strict=True)).hex()
    )


def test_numbers_in_the_circles_of_the_map_can_be_read_in_both_schemes() -> None:
    script = (ASSETS / "map.js").read_text()
    clusters = script[script.index('id: "clusters"') : script.index('id: "points"')]
    (color,), opacity = (
        re.findall(r'"circle-color": "(#\w+)"', clusters),
        re.findall(r'opacity": ([\d.]+)', clusters),
    )
    (number,) = re.findall(r'pen.fillStyle = "(#\w+)"', script)
    for scheme in SCHEMES[:2]:
        circle = blend(color, scheme["paper"], float(opacity[0]) if opacity else 1)
        assert contrast(number, circle) >= TEXT


def test_areas_and_points_of_documents_stand_out() -> None:
    fills = set(re.findall(r"fill: (#[0-9a-fA-F]{3,6})", SHEETS))
    assert fills
    assert {color for color in fills if min(contrast(color, card) for card in CARDS) < GRAPHIC} == set()


def test_the_strong_end_of_the_map_stands_out_in_both() -> None:
    assert min(contrast(SCALE[-1][1], card) for card in CARDS) >= GRAPHIC


def test_any_two_lines_can_be_told_apart() -> None:
    for one, other in combinations((*SEQUENCE, OTHERS), 2):
        seen = [linear(color) for color in (one, other)]
        dimmed = [np.clip(DEUTERANOPIA @ light, 0, 1) for light in seen]
        for a, b in (seen, dimmed):
            assert np.linalg.norm(lab(a) - lab(b)) > CLEARLY, (one, other)


def test_there_are_at_most_eight_with_the_gray_of_the_others() -> None:
    assert len(SEQUENCE) + 1 <= 8
    assert cycle_colors(9)[:7] == list(SEQUENCE)
