"""Plain American English in product text: code, comments, messages, pages and documents."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from tools.paths import ROOT
from tools.tests.repository.sources import files, is_test

RULES = tomllib.loads(Path(__file__).with_name("rejected_words.toml").read_text())
SUFFIXES = {"", ".css", ".html", ".js", ".md", ".py", ".sh", ".sql", ".svg", ".tf", ".toml", ".yaml", ".yml"}
# Files written by tools or other projects.
NOT_OURS = re.compile(r"(^|/)(vendor|assets/vendor|seeds)/|\.min\.|growth\.svg$")


def compiled(pattern: str) -> re.Pattern[str]:
    spaced = pattern.replace(" ", r"[\s_#*-]+")
    return re.compile(f"(?<![a-z])(?:{spaced})(?![a-z])", re.IGNORECASE)


PATTERNS = {
    compiled(pattern): better for group in ("words", "british") for pattern, better in RULES[group].items()
}


def findings(text: str) -> list[str]:
    """Each rejected word, with its line and what to write instead."""
    return [
        f"line {text.count(chr(10), 0, hit.start()) + 1}: {' '.join(hit[0].split())!r}; write {better}"
        for pattern, better in PATTERNS.items()
        for hit in pattern.finditer(text)
    ]


# Tables of measurements and quoted code.
GENERATED = re.compile(
    r"<!-- written by make bench -->.*?<!-- until here -->|^```diff$.*?^```$", re.DOTALL | re.MULTILINE
)


def text_of(path: Path) -> str:
    """The text of a file, with generated parts blanked so that line numbers stay the same."""
    return GENERATED.sub(lambda part: "\n" * part[0].count("\n"), (ROOT / path).read_text())


def is_below(path: Path, places: list[str]) -> bool:
    return any(place == "." or path.is_relative_to(place) for place in places)


CLEAN = [
    path
    for path in files()
    if path.suffix in SUFFIXES
    and is_below(path, RULES["clean"])
    and not is_below(path, RULES["unfinished"])
    and not is_test(path)
    and not NOT_OURS.search(str(path))
]


def test_clean_folders_exist() -> None:
    assert len(CLEAN) >= 100
    places = [*RULES["clean"], *RULES["unfinished"]]
    assert [place for place in places if not (ROOT / place).exists()] == []


@pytest.mark.parametrize("path", CLEAN, ids=str)
def test_no_rejected_word(path: Path) -> None:
    assert findings(text_of(path)) == []


@pytest.mark.parametrize(
    "text",
    [
        "what is at hand",
        "is_at_hand",
        "answers at\n# hand",
        "built Anew",
        "nobody is told",
        "the colour",
        "It is summarised",
        'resource "aws_cloudwatch_event_rule" "night_failed" {',
        "the alarm `night-not-started`",
        "NIGHT_SECONDS = 6 * 3600",
        "what a night loads",
    ],
)
def test_rejected_words_are_found(text: str) -> None:
    assert findings(text)


@pytest.mark.parametrize(
    "text", ["that handle", "renewed", "forever", "the color", "nightly", "behind", "wakes you at night"]
)
def test_other_words_are_not(text: str) -> None:
    assert findings(text) == []
