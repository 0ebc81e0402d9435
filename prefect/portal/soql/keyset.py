"""Recognise keyset paging, so that a deep page costs no more than the first.

``(a > x OR (a = x AND b > y))`` is one comparison of pairs, which an index on (a, b) answers directly;
as an OR it would sort the whole dataset for every page.
"""

from __future__ import annotations

from portal.soql.ast import And, Compare, Expression, Literal, Name, Or, RowAfter


def recognise(expression: Expression) -> Expression:
    """The same condition with keyset forms replaced by RowAfter, also inside an AND."""
    if isinstance(expression, And):
        return And(recognise(expression.left), recognise(expression.right))
    if isinstance(expression, Or):
        return (
            _pair(expression.left, expression.right) or _pair(expression.right, expression.left) or expression
        )
    return expression


def _pair(after: Expression, tie: Expression) -> RowAfter | None:
    first = _bound(after, ">")
    if first is None or not isinstance(tie, And):
        return None
    for equal, later in ((tie.left, tie.right), (tie.right, tie.left)):
        second = _bound(later, ">")
        if second is not None and _bound(equal, "=") == first:
            return RowAfter((first[0], second[0]), (first[1], second[1]))
    return None


def _bound(expression: Expression, operator: str) -> tuple[Name, Literal] | None:
    if not isinstance(expression, Compare) or expression.operator != operator:
        return None
    if isinstance(expression.left, Name) and isinstance(expression.right, Literal):
        return expression.left, expression.right
    return None
