"""The few SoQL shapes that the pipeline sends, as SQL; any other query is rejected as malformed.

Expressions are columns, ``count(*)``, ``max(…)``, ``min(…)`` and ``date_trunc_ym(…)``; conditions compare a
column with a constant or test it for NULL, joined by AND, OR and parentheses. Values are bound, and names
come from the view's columns only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from portal.errors import malformed
from portal.schemas import FIXED, FLOATING, NUMBER
from portal.values import adapt
from portal.view import View

MAX_PARENTHESES = 64
NAME = r"`?(:?[A-Za-z_]\w*)`?"
CONSTANT = r"('(?:[^']|'')*'|-?\d+(?:\.\d+)?|true\b|false\b)"
EXPRESSION = re.compile(rf"(?:(\w+)\s*\(\s*(?:(\*)|{NAME})\s*\)|{NAME}|(:?\*))", re.IGNORECASE)
ALIAS = re.compile(rf"(.+?)\s+as\s+{NAME}", re.IGNORECASE | re.DOTALL)
DIRECTION = re.compile(r"(.+?)\s+(asc|desc)", re.IGNORECASE | re.DOTALL)
COMPARISON = re.compile(rf"\s*{NAME}\s*(<>|!=|<=|>=|=|<|>)\s*{CONSTANT}", re.IGNORECASE)
NULL_TEST = re.compile(rf"\s*{NAME}\s+is\s+(not\s+)?null\b", re.IGNORECASE)
KEYSET = re.compile(
    rf"\s*\(\s*{NAME}\s*>\s*{CONSTANT}\s+or\s+\(\s*{NAME}\s*=\s*{CONSTANT}\s+and\s+{NAME}\s*>\s*{CONSTANT}\s*\)\s*\)",
    re.IGNORECASE,
)
OPEN, CLOSE = re.compile(r"\s*\("), re.compile(r"\s*\)")
AND, OR = re.compile(r"\s*and\b", re.IGNORECASE), re.compile(r"\s*or\b", re.IGNORECASE)
CLAUSE = re.compile(r"'(?:[^']|'')*'|\b(select|where|group\s+by|order\s+by|limit|offset)\b", re.IGNORECASE)
AGGREGATES = frozenset({"count", "max", "min"})


@dataclass(frozen=True)
class Sql:
    """A piece of SQL, the values bound in it, and the name and SoQL type of its result."""

    text: str
    values: tuple[str | float, ...] = ()
    name: str = ""
    type: str = ""
    is_aggregate: bool = False


def clauses(query: str) -> dict[str, str]:
    """The clauses of a whole query by their SODA 2 parameter names. Raises SodaError (400)."""
    words = [match for match in CLAUSE.finditer(query) if match[1]]
    if not words or words[0][1].lower() != "select" or query[: words[0].start()].strip():
        raise malformed("a query starts with SELECT")
    ends = [*(word.start() for word in words[1:]), len(query)]
    names = ["$" + word[1].lower().split()[0] for word in words]
    if len(set(names)) < len(names):
        raise malformed("a clause is given twice")
    return {name: query[word.end() : end].strip() for name, word, end in zip(names, words, ends, strict=True)}


def selected(text: str, view: View) -> list[Sql]:
    """The items of ``$select`` in order; ``*`` and ``:*`` are expanded."""
    items: list[Sql] = []
    for item in text.split(","):
        if item.strip() in ("*", ":*"):
            names = view.columns if item.strip() == "*" else view.system
            items += [Sql(column.sql, (), column.name, column.type) for column in names]
        elif match := ALIAS.fullmatch(item.strip()):
            found = expression(match[1], view)
            items.append(Sql(found.text, (), match[2], found.type, found.is_aggregate))
        else:
            items.append(expression(item, view))
    return items


def expression(text: str, view: View, aliases: Mapping[str, Sql] | None = None) -> Sql:
    """A column, an alias or a function of a column."""
    match = EXPRESSION.fullmatch(text.strip())
    if match is None or match[5]:
        raise malformed(f"{text.strip()!r} is not an expression")
    function, star, argument, name, _ = match.groups()
    if name:
        if aliases and name in aliases:
            return aliases[name]
        column = view.column(name)
        return Sql(column.sql, (), column.name, column.type)
    return _call(function.lower(), star, argument, view)


def _call(function: str, star: str | None, argument: str | None, view: View) -> Sql:
    if function == "count" and star:
        return Sql(f"(count(*) + {view.count_error})", (), "count", NUMBER, is_aggregate=True)
    if argument is None:
        raise malformed(f"wrong arguments for {function}")
    column = view.column(argument)
    name = f"{function}_{column.name.lstrip(':')}"
    if function in AGGREGATES:
        result = NUMBER if function == "count" else column.type
        return Sql(f"{function}({column.sql})", (), name, result, is_aggregate=True)
    if function == "date_trunc_ym" and column.type in (FLOATING, FIXED):
        return Sql(f"(substr({column.sql}, 1, 7)||'-01T00:00:00.000')", (), name, FLOATING)
    raise malformed(f"no such function: {function}")


def ordered(text: str, view: View, aliases: Mapping[str, Sql]) -> str:
    """The items of ``$order``; nulls come last in both directions, as on the portal."""
    items = []
    for item in text.split(","):
        match = DIRECTION.fullmatch(item.strip())
        found = expression(match[1] if match else item, view, aliases)
        # System columns are never null; without NULLS LAST their index can be used.
        nulls = "" if found.name.startswith(":") else " NULLS LAST"
        items.append(f"{found.text} {match[2] if match else 'ASC'}{nulls}")
    return ", ".join(items)


def condition(text: str, view: View) -> Sql:
    """The condition of ``$where``. Raises SodaError (400) when it is not one of the known shapes."""
    if text.count("(") > MAX_PARENTHESES:
        raise malformed(f"more than {MAX_PARENTHESES} parentheses")
    return _Condition(text, view).parse()


class _Condition:
    """One pass over a condition."""

    def __init__(self, text: str, view: View) -> None:
        self._text, self._view, self._at = text, view, 0
        self._values: list[str | float] = []

    def parse(self) -> Sql:
        found = self._either()
        if self._text[self._at :].strip():
            raise malformed(f"unexpected {self._text[self._at :].strip()[:40]!r}")
        return Sql(found, tuple(self._values))

    def _take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        match = pattern.match(self._text, self._at)
        self._at = match.end() if match else self._at
        return match

    def _either(self) -> str:
        parts = [self._both()]
        while self._take(OR):
            parts.append(self._both())
        return f"({' OR '.join(parts)})"

    def _both(self) -> str:
        parts = [self._single()]
        while self._take(AND):
            parts.append(self._single())
        return f"({' AND '.join(parts)})"

    def _single(self) -> str:
        if match := self._take(KEYSET):
            return self._keyset(match)
        if self._take(OPEN):
            inner = self._either()
            if not self._take(CLOSE):
                raise malformed("expected ')'")
            return inner
        if match := self._take(NULL_TEST):
            return f"{self._view.column(match[1]).sql} IS {match[2] or ''}NULL"
        if match := self._take(COMPARISON):
            return self._compared(match[1], match[2], match[3])
        raise malformed(f"expected a condition, found {self._text[self._at :].strip()[:40]!r}")

    def _compared(self, name: str, operator: str, constant: str) -> str:
        column = self._view.column(name)
        self._bind(constant, column.type)
        left = f"CAST({column.sql} AS REAL)" if column.type == NUMBER else column.sql
        return f"{left} {operator} ?"

    def _keyset(self, match: re.Match[str]) -> str:
        """One row comparison, which can use an index on the two columns; an OR would sort every row."""
        name, value, same_name, same_value, tie_name, tie_value = match.groups()
        if (name, value) != (same_name, same_value):
            raise malformed("a page continues after one row")
        first, second = self._view.column(name), self._view.column(tie_name)
        self._bind(value, first.type)
        self._bind(tie_value, second.type)
        return f"({first.sql}, {second.sql}) > (?, ?)"

    def _bind(self, constant: str, column_type: str) -> None:
        is_text = constant.startswith("'")
        text = constant[1:-1].replace("''", "'") if is_text else constant
        self._values.append(adapt(text, column_type))
