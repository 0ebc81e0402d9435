"""Links and file names in documents are valid."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import pytest

from tools.paths import ROOT
from tools.tests.repository.sources import files, is_test, with_suffix

DOCUMENTS = with_suffix(".md")
CODE_BLOCK = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
CODE_SPAN = re.compile(r"`[^`\n]*`")
LINK = re.compile(r"\]\(<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)|(?:src|href)=\"([^\"]+)\"")
HEADING = re.compile(r"^#+\s+(.+?)\s*#*$", re.MULTILINE)
# A file of the repository, formatted as code: a folder, a slash, and one of our file extensions.
NAMED_FILE = re.compile(r"`((?:[\w.-]+/)+[\w.-]+\.(?:py|sql|md|toml|yml|yaml|tf|sh|csv|svg|png))`")
# A setting, or a constant of the code.
NAMED_SETTING = re.compile(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b")
SETTINGS_OF_DOCKER = {"COMPOSE_PROFILES", "DOCKER_HOST"}


def prose(path: Path) -> str:
    return CODE_BLOCK.sub("", (ROOT / path).read_text())


@cache
def anchors(path: Path) -> set[str]:
    """Headings as GitHub turns them into anchors."""
    titles = (re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", r"\1", title) for title in HEADING.findall(prose(path)))
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def broken_links(path: Path) -> list[str]:
    links = [first or second for first, second in LINK.findall(CODE_SPAN.sub("", prose(path)))]
    return [link for link in links if not re.match(r"[a-z]+:", link) and not _resolves(path, unquote(link))]


def _resolves(path: Path, link: str) -> bool:
    place, _, anchor = link.partition("#")
    target = (ROOT / path.parent / place).resolve() if place else ROOT / path
    if not (target.exists() and target.is_relative_to(ROOT)):
        return False
    return not anchor or target.suffix != ".md" or anchor in anchors(target.relative_to(ROOT))


@pytest.mark.parametrize("path", DOCUMENTS, ids=str)
def test_every_link_resolves(path: Path) -> None:
    assert broken_links(path) == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=str)
def test_every_file_that_is_named_exists(path: Path) -> None:
    """Relative to the root or the document's folder, or as the end of an existing path."""
    known = [f"/{name}" for name in files()]
    named = NAMED_FILE.findall(prose(path))
    missing = [name for name in named if not any(there.endswith(f"/{name}") for there in known)]
    assert [name for name in missing if not name.startswith((".local/", "../shared/"))] == []


@cache
def settings_in_code() -> set[str]:
    texts = (
        (ROOT / path).read_text(errors="ignore")
        for path in files()
        if path.suffix != ".md" and not is_test(path)
    )
    return {name for text in texts for name in NAMED_SETTING.findall(text)}


@pytest.mark.parametrize("path", [path for path in DOCUMENTS if path.name != "CHANGES.md"], ids=str)
def test_every_setting_that_is_named_exists(path: Path) -> None:
    """The release notes also name settings of earlier releases."""
    named = {name for span in CODE_SPAN.findall(prose(path)) for name in NAMED_SETTING.findall(span)}
    assert named - settings_in_code() - SETTINGS_OF_DOCKER == set()


def test_every_folder_of_the_system_has_a_readme() -> None:
    folders = {path.parts[0] for path in files() if len(path.parts) > 1 and not path.parts[0].startswith(".")}
    assert [name for name in sorted(folders) if not (ROOT / name / "README.md").is_file()] == []
