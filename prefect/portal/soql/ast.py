"""What a SoQL expression is made of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Literal:
    """A constant: text, a number (kept as written), a boolean or null."""

    value: str | float | bool | None


@dataclass(frozen=True)
class Name:
    """A column by its field name; system columns start with a colon."""

    name: str


@dataclass(frozen=True)
class Star:
    """``*`` (published columns) or ``:*`` (system columns)."""

    system: bool = False


@dataclass(frozen=True)
class Call:
    """A function with its arguments; ``count(*)`` has a Star as its only one."""

    function: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True)
class Compare:
    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True)
class RowAfter:
    """(columns) > (values), compared from left to right: what keyset paging asks for."""

    columns: tuple[Name, Name]
    values: tuple[Literal, Literal]


@dataclass(frozen=True)
class IsNull:
    operand: Expression


@dataclass(frozen=True)
class In:
    operand: Expression
    items: tuple[Expression, ...]


@dataclass(frozen=True)
class Between:
    operand: Expression
    low: Expression
    high: Expression


@dataclass(frozen=True)
class Not:
    operand: Expression


@dataclass(frozen=True)
class And:
    left: Expression
    right: Expression


@dataclass(frozen=True)
class Or:
    left: Expression
    right: Expression


Expression = Literal | Name | Star | Call | Compare | RowAfter | IsNull | In | Between | Not | And | Or


@dataclass(frozen=True)
class Selected:
    """One item of ``$select`` with the name it is answered under."""

    expression: Expression
    alias: str | None = None


@dataclass(frozen=True)
class Ordered:
    """One item of ``$order``."""

    expression: Expression
    descending: bool = False
