"""Readable errors for a declaration, each with its line in ``city.toml``."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import ValidationError

KeyPath = tuple[str | int, ...]
NO_LIST = re.compile("Input should be a valid (tuple|list|set|frozenset)")
COLUMN_NAMES = 'must be a list of column names, such as ["sr_number"]'
TEXTS = 'must be a list of texts, such as ["Closed"]'
TABLES = "must be a list of tables, each under a header in double brackets"
LISTED: dict[str | int, str] = {
    **dict.fromkeys(("ended_statuses", "open_statuses", "duplicate_statuses", "duplicate_outcomes"), TEXTS),
    **dict.fromkeys(("types", "information_types"), TEXTS),
    **dict.fromkeys(("dataset", "group", "name_patterns"), TABLES),
}
"""What a key must be that is no list; keys that are not here list columns."""
HEADER = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(#.*)?$")
ASSIGNMENT = re.compile(r"""^\s*([A-Za-z0-9_-]+|"[^"]*"|'[^']*')\s*=""")


def problems(error: ValidationError, path: Path) -> str:
    """One line per problem: the file, the line, the key, and what is wrong."""
    keys, file = list(key_lines(path.read_text(encoding="utf-8"))), f"{path.parent.name}/{path.name}"
    found = ((problem["loc"], problem["msg"]) for problem in error.errors())
    return "\n".join(f"{file}, line {_line(keys, key)}: {_words(key, message)}" for key, message in found)


def key_lines(text: str) -> Iterator[tuple[KeyPath, int]]:
    """The path of each table and key with its line; array tables are numbered."""
    table: KeyPath = ()
    arrays: Counter[str] = Counter()
    for number, line in enumerate(text.splitlines(), 1):
        if header := HEADER.match(line):
            table = _table(header[2], arrays, is_array=header[1] == "[[")
            yield table, number
            if header[1] == "[[":
                # The array itself, which may be misspelled.
                yield table[:-1], number
        elif assignment := ASSIGNMENT.match(line):
            yield (*table, assignment[1].strip("\"'")), number


def _table(name: str, arrays: Counter[str], *, is_array: bool) -> KeyPath:
    path: list[str | int] = []
    parts = name.split(".")
    for depth, part in enumerate(parts, 1):
        path.append(part.strip("\"' "))
        led = ".".join(parts[:depth])
        if is_array and depth == len(parts):
            arrays[led] += 1
        if led in arrays:
            path.append(arrays[led] - 1)
    return tuple(path)


def _line(keys: Sequence[tuple[KeyPath, int]], wanted: KeyPath) -> int:
    """The line of the longest known prefix of the path; the first line if there is none."""
    leading = [(len(path), line) for path, line in keys if path == wanted[: len(path)]]
    longest = max((length for length, _ in leading), default=0)
    return min((line for length, line in leading if length == longest), default=1)


def _words(path: KeyPath, message: str) -> str:
    name = ".".join(map(str, path))
    message = message.replace("Extra inputs are not permitted", "no such key; docs/add_a_city.md lists all")
    message = message.replace("Field required", "is missing").removeprefix("Value error, ")
    message = NO_LIST.sub(LISTED.get(path[-1] if path else "", COLUMN_NAMES), message)
    return f"{name}: {message}" if name else message
