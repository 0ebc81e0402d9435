"""The badges of the README."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from tools.generated import badges


@pytest.mark.parametrize(
    ("changes", "release"),
    [
        ("# Changes\n\n## Unreleased\n", "none yet"),
        ("## Unreleased\n\n## 2.1.0 (2027-01-02)\n\n## 2.0.0 (2026-12-01)\n", "2.1.0"),
        ("## 2.0.0\n", "none yet"),
    ],
)
def test_badges_name_the_license_and_the_newest_release(changes: str, release: str) -> None:
    made = badges.badges("MIT License\n\nCopyright", changes)
    titles = {path.stem: ET.fromstring(text)[0].text for path, text in made.items()}  # noqa: S314  # made here
    assert titles == {"license": "license: MIT", "release": f"release: {release}"}
