"""SoQL tokens to expressions, by recursive descent."""

from __future__ import annotations

from typing import TypeVar

from portal.errors import malformed
from portal.soql.ast import (
    And,
    Between,
    Call,
    Compare,
    Expression,
    In,
    IsNull,
    Literal,
    Name,
    Not,
    Or,
    Ordered,
    Selected,
    Star,
)
from portal.soql.lexer import Token, tokenize

COMPARISONS = ("=", "!=", "<>", "<", "<=", ">", ">=")
MAX_DEPTH = 64
MAX_CONDITIONS = 250


def parse_where(text: str) -> Expression:
    """The condition of ``$where``. Raises SodaError (400) when it does not parse."""
    parser = Parser(text)
    return parser.finish(parser.condition())


def parse_select(text: str) -> list[Selected]:
    """The items of ``$select`` in order."""
    parser = Parser(text)
    items = [parser.selected()]
    while parser.take_symbol(","):
        items.append(parser.selected())
    return parser.finish(items)


def parse_order(text: str) -> list[Ordered]:
    """The items of ``$order`` in order."""
    parser = Parser(text)
    items = [parser.ordered()]
    while parser.take_symbol(","):
        items.append(parser.ordered())
    return parser.finish(items)


def parse_group(text: str) -> list[Expression]:
    """The items of ``$group`` in order."""
    parser = Parser(text)
    items = [parser.operand()]
    while parser.take_symbol(","):
        items.append(parser.operand())
    return parser.finish(items)


Finished = TypeVar("Finished")


class Parser:
    """One pass over the tokens of one clause."""

    def __init__(self, text: str) -> None:
        self._tokens = tokenize(text)
        self._at = 0
        self._depth = 0
        self._conditions = 0

    @property
    def token(self) -> Token:
        return self._tokens[self._at]

    def advance(self) -> Token:
        token = self.token
        self._at += 1
        return token

    def take_word(self, *words: str) -> bool:
        if self.token.is_word(*words):
            self.advance()
            return True
        return False

    def take_symbol(self, *symbols: str) -> bool:
        if self.token.is_symbol(*symbols):
            self.advance()
            return True
        return False

    def expect(self, symbol: str) -> None:
        if not self.take_symbol(symbol):
            raise self.unexpected(f"expected {symbol!r}")

    def unexpected(self, wanted: str) -> Exception:
        found = self.token.text or "end of text"
        return malformed(f"{wanted}, but found {found!r} at position {self.token.position}")

    def finish(self, result: Finished) -> Finished:
        if self.token.kind != "end":
            raise self.unexpected("expected the end")
        return result

    def selected(self) -> Selected:
        expression = self.operand()
        if not self.take_word("as"):
            return Selected(expression)
        alias = self.token.text.strip("`")
        if self.token.kind != "name" or not alias.lstrip(":@").isidentifier():
            raise self.unexpected("expected an alias")
        self.advance()
        return Selected(expression, alias)

    def ordered(self) -> Ordered:
        expression = self.operand()
        descending = self.take_word("desc")
        if not descending:
            self.take_word("asc")
        return Ordered(expression, descending)

    def condition(self) -> Expression:
        left = self.conjunction()
        while self.take_word("or"):
            self.count_condition()
            left = Or(left, self.conjunction())
        return left

    def conjunction(self) -> Expression:
        left = self.negation()
        while self.take_word("and"):
            self.count_condition()
            left = And(left, self.negation())
        return left

    def negation(self) -> Expression:
        if not self.take_word("not"):
            return self.predicate()
        self.descend()
        result = Not(self.negation())
        self._depth -= 1
        return result

    def descend(self) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise malformed(f"nested deeper than {MAX_DEPTH}")

    def count_condition(self) -> None:
        self._conditions += 1
        if self._conditions > MAX_CONDITIONS:
            raise malformed(f"more than {MAX_CONDITIONS} conditions")

    def predicate(self) -> Expression:
        left = self.operand()
        if self.token.is_symbol(*COMPARISONS):
            return Compare(self.advance().text, left, self.operand())
        if self.take_word("is"):
            return self.null_test(left)
        negated = self.take_word("not")
        result = self.membership(left, negated=negated)
        return Not(result) if negated else result

    def null_test(self, left: Expression) -> Expression:
        negated = self.take_word("not")
        if not self.take_word("null"):
            raise self.unexpected("expected NULL")
        return Not(IsNull(left)) if negated else IsNull(left)

    def membership(self, left: Expression, *, negated: bool) -> Expression:
        if self.take_word("in"):
            self.expect("(")
            return In(left, self.arguments())
        if self.take_word("between"):
            low = self.operand()
            if not self.take_word("and"):
                raise self.unexpected("expected AND")
            return Between(left, low, self.operand())
        if self.take_word("like"):
            return Call("like", (left, self.operand()))
        if negated:
            raise self.unexpected("expected IN, BETWEEN or LIKE")
        return left

    def arguments(self) -> tuple[Expression, ...]:
        items = [self.operand()]
        while self.take_symbol(","):
            items.append(self.operand())
        self.expect(")")
        return tuple(items)

    def operand(self) -> Expression:
        token = self.advance() if self.token.kind != "end" else self.token
        if token.kind == "string":
            return Literal(token.text[1:-1].replace("''", "'"))
        if token.kind == "number":
            return Literal(float(token.text))
        if token.is_symbol("*", ":*"):
            return Star(system=token.text == ":*")
        if token.is_symbol("("):
            return self.group()
        if token.kind == "name":
            return self.named(token)
        self._at -= token.kind != "end"
        raise self.unexpected("expected a column, a value or '('")

    def group(self) -> Expression:
        self.descend()
        inner = self.condition()
        self.expect(")")
        self._depth -= 1
        return inner

    def named(self, token: Token) -> Expression:
        word = token.text.lower()
        if word in ("true", "false"):
            return Literal(word == "true")
        if word == "null":
            return Literal(None)
        if self.take_symbol("("):
            return Call(word, () if self.take_symbol(")") else self.arguments())
        return Name(token.text.strip("`"))
