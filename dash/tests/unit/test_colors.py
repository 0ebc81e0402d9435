"""Colors stand out in both schemes, and lines can be told apart, by readers with deuteranopia too."""

from __future__ import annotations

import re
from itertools import combinations

import numpy as np
import pytest
from support.serving import DASH

from figures.colors import ACCENT, OTHERS, SCALE, SECOND, SEQUENCE, THIRD, in_turn

STYLE = (DASH / "assets" / "style.css").read_text()
CARDS = re.findall(r"--card: (#[0-9a-fA-F]{6})", STYLE)[:2]
# Distance in CIE Lab; 2.3 is what an eye can just tell apart.
CLEARLY = 18.0
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
WHITE = np.array([0.9505, 1, 1.089])
# Machado, Oliveira and Fernandes (2009), severity 1.
DEUTERANOPIA = np.array(
    [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
)


def linear(color: str) -> np.ndarray:
    value = np.array(list(bytes.fromhex(color[1:]))) / 255
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
    assert min(contrast(color, card) for card in CARDS) >= 3


def test_the_strong_end_of_the_map_stands_out_in_both() -> None:
    assert min(contrast(SCALE[-1][1], card) for card in CARDS) >= 3


def test_any_two_lines_can_be_told_apart() -> None:
    for one, other in combinations((*SEQUENCE, OTHERS), 2):
        seen = [linear(color) for color in (one, other)]
        dimmed = [np.clip(DEUTERANOPIA @ light, 0, 1) for light in seen]
        for a, b in (seen, dimmed):
            assert np.linalg.norm(lab(a) - lab(b)) > CLEARLY, (one, other)


def test_there_are_at_most_eight_with_the_gray_of_the_others() -> None:
    assert len(SEQUENCE) + 1 <= 8
    assert in_turn(9)[:7] == list(SEQUENCE)
