"""SoQL text to tokens."""

from __future__ import annotations

import re
from dataclasses import dataclass

from portal.errors import malformed

TOKEN = re.compile(
    r"""\s*(?:
        (?P<string>'(?:[^']|'')*')
      | (?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
      | (?P<name>:?@?[A-Za-z_][A-Za-z0-9_]*|`[^`]+`)
      | (?P<symbol><>|!=|<=|>=|:\*|[=<>(),*])
    )""",
    re.VERBOSE,
)


@dataclass(frozen=True)
class Token:
    """A word of the text: ``kind`` is string, number, name, symbol or end."""

    kind: str
    text: str
    position: int

    def is_word(self, *words: str) -> bool:
        return self.kind == "name" and self.text.lower() in words

    def is_symbol(self, *symbols: str) -> bool:
        return self.kind == "symbol" and self.text in symbols


def tokenize(text: str) -> list[Token]:
    """Tokens in order, closed by one of kind ``end``.

    Raises SodaError (400) at the first character that starts no token.
    """
    tokens, position = [], 0
    end = len(text.rstrip())
    while position < end:
        match = TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            raise malformed(f"unexpected character {text[position:].lstrip()[:1]!r} at position {position}")
        tokens.append(Token(match.lastgroup, match.group(match.lastgroup), match.start(match.lastgroup)))
        position = match.end()
    return [*tokens, Token("end", "", end)]
