"""The badges of the README: local pictures, which need no external service and work in every fork."""

from __future__ import annotations

import re
from pathlib import Path

FOLDER = Path("docs/pictures/badges")
RELEASED = re.compile(r"^## (\d+\.\d+\.\d+) \(\d{4}-\d\d-\d\d\)$", re.MULTILINE)
BADGE = """\
<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="20" role="img" aria-label="{label}: {value}">
  <title>{label}: {value}</title>
  <rect width="{width}" height="20" rx="3" fill="#444"/>
  <path d="M{left} 0h{flat}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3H{left}z" fill="{color}"/>
  <g fill="#fff" font-family="Verdana, DejaVu Sans, sans-serif" font-size="11" text-anchor="middle">
    <text x="{middle_of_label}" y="14">{label}</text>
    <text x="{middle_of_value}" y="14">{value}</text>
  </g>
</svg>
"""


def badge(label: str, value: str, color: str) -> str:
    """A badge as SVG."""
    left, right = (7 * len(text) + 12 for text in (label, value))
    return BADGE.format(
        label=label,
        value=value,
        color=color,
        left=left,
        width=left + right,
        flat=right - 3,
        middle_of_label=left / 2,
        middle_of_value=left + right / 2,
    )


def badges(license_text: str, changes: str) -> dict[Path, str]:
    """Each badge by its file in the checkout: the license's name, and the newest dated section of CHANGES."""
    released = RELEASED.search(changes)
    return {
        FOLDER / "license.svg": badge("license", license_text.split(maxsplit=1)[0], "#1c6b3a"),
        FOLDER / "release.svg": badge("release", released[1] if released else "none yet", "#14568c"),
    }
