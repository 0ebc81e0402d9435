"""SoQL expressions to SQLite: values are bound, names come from the view's columns only."""

from __future__ import annotations

from dataclasses import dataclass, replace

from portal.errors import malformed, type_mismatch
from portal.schemas import CHECKBOX, FIXED, FLOATING, NUMBER, TEXT, Column
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
    RowAfter,
    Star,
)
from portal.soql.literals import Value, adapt
from portal.view import View

BOOLEAN = "condition"
AGGREGATES = frozenset({"count", "max", "min", "sum", "avg"})
TEXT_FUNCTIONS = frozenset({"upper", "lower"})
TRUNCATIONS = {"date_trunc_y": (4, "-01-01"), "date_trunc_ym": (7, "-01"), "date_trunc_ymd": (10, "")}


@dataclass(frozen=True)
class Sql:
    """A piece of SQL, the values bound in it, and the SoQL type of its result (None: a constant's)."""

    text: str
    values: tuple[Value, ...] = ()
    type: str | None = None
    literal: Literal | None = None


def column_sql(column: Column) -> Sql:
    text = f"CAST({column.sql} AS REAL)" if column.type == NUMBER else column.sql
    return Sql(text, (), column.type)


def compile_condition(expression: Expression, view: View) -> Sql:
    """The condition as SQL. Raises SodaError (400) for what is not a condition."""
    compiled = compile_expression(expression, view)
    if compiled.literal is not None and isinstance(compiled.literal.value, bool):
        return Sql("1" if compiled.literal.value else "0", (), BOOLEAN)
    if compiled.type == CHECKBOX:
        return Sql(f"({compiled.text} = 'true')", compiled.values, BOOLEAN)
    if compiled.type != BOOLEAN:
        raise type_mismatch("a condition was expected")
    return compiled


def compile_order(item: Ordered, view: View) -> Sql:
    """One ORDER BY item; nulls come last, whatever the direction, as the portal orders them."""
    compiled = compile_expression(item.expression, view)
    direction = "DESC" if item.descending else "ASC"
    is_key = isinstance(item.expression, Name) and item.expression.name.startswith(":")
    nulls = "" if is_key else " NULLS LAST"
    return Sql(f"{compiled.text} {direction}{nulls}", compiled.values)


def compile_expression(expression: Expression, view: View) -> Sql:
    """The expression as SQL over the view's table."""
    match expression:
        case Literal():
            return Sql("?", (expression.value,), None, expression)
        case Name(name):
            return column_sql(view.column(name))
        case Call():
            return _call(expression, view)
        case Star():
            raise malformed("'*' is not a value")
        case _:
            return _condition(expression, view)


def _condition(expression: Expression, view: View) -> Sql:
    match expression:
        case And() | Or():
            return _joined(expression, view)
        case Not() | IsNull():
            return _tested(expression, view)
        case Compare(operator, left, right):
            return _compared(operator, left, right, view)
        case RowAfter():
            return _row_after(expression, view)
        case In(operand, items):
            return _among(operand, items, view)
        case Between(operand, low, high):
            return compile_condition(And(Compare(">=", operand, low), Compare("<=", operand, high)), view)
    raise malformed(f"{expression!r} is not a condition")


def _joined(expression: And | Or, view: View) -> Sql:
    word = "AND" if isinstance(expression, And) else "OR"
    first, second = compile_condition(expression.left, view), compile_condition(expression.right, view)
    return Sql(f"({first.text} {word} {second.text})", first.values + second.values, BOOLEAN)


def _tested(expression: Not | IsNull, view: View) -> Sql:
    if isinstance(expression, Not):
        inner = compile_condition(expression.operand, view)
        return Sql(f"(NOT {inner.text})", inner.values, BOOLEAN)
    inner = compile_expression(expression.operand, view)
    return Sql(f"({inner.text} IS NULL)", inner.values, BOOLEAN)


def _compared(operator: str, left: Expression, right: Expression, view: View) -> Sql:
    first, second = _matched(compile_expression(left, view), compile_expression(right, view))
    sign = "<>" if operator == "!=" else operator
    return Sql(f"({first.text} {sign} {second.text})", first.values + second.values, BOOLEAN)


def _matched(first: Sql, second: Sql) -> tuple[Sql, Sql]:
    if first.type is None and second.type is None:
        return first, second
    if first.type is None:
        return _as_type(first, second.type), second
    if second.type is None:
        return first, _as_type(second, first.type)
    if first.type != second.type:
        raise type_mismatch(f"{first.type} and {second.type} cannot be compared")
    return first, second


def _as_type(constant: Sql, wanted: str | None) -> Sql:
    if constant.literal is None or wanted is None:
        return constant
    if wanted == BOOLEAN:
        raise type_mismatch("a condition cannot be compared")
    return Sql("?", (adapt(constant.literal.value, wanted),), wanted, constant.literal)


def _row_after(expression: RowAfter, view: View) -> Sql:
    columns = [compile_expression(column, view) for column in expression.columns]
    values = [
        _as_type(Sql("?", (), None, v), c.type) for c, v in zip(columns, expression.values, strict=True)
    ]
    left = ", ".join(column.text for column in columns)
    return Sql(f"(({left}) > (?, ?))", tuple(item.values[0] for item in values), BOOLEAN)


def _among(operand: Expression, items: tuple[Expression, ...], view: View) -> Sql:
    subject = compile_expression(operand, view)
    choices = [_matched(subject, compile_expression(item, view))[1] for item in items]
    values = subject.values + tuple(value for choice in choices for value in choice.values)
    return Sql(f"({subject.text} IN ({', '.join(c.text for c in choices)}))", values, BOOLEAN)


def is_aggregate(expression: Expression) -> bool:
    return isinstance(expression, Call) and expression.function in AGGREGATES


def _call(call: Call, view: View) -> Sql:
    if call.function == "count" and call.arguments in ((), (Star(),)):
        return Sql("count(*)", (), NUMBER)
    if not call.arguments or any(isinstance(argument, Star) for argument in call.arguments):
        raise malformed(f"wrong arguments for {call.function}")
    arguments = [compile_expression(argument, view) for argument in call.arguments]
    if len(arguments) == 1:
        return _of_one(call.function, arguments[0])
    if call.function in ("like", "starts_with") and len(arguments) == 2:
        return _text_match(call.function, *(_as_type(argument, TEXT) for argument in arguments))
    raise malformed(f"no such function: {call.function} with {len(arguments)} arguments")


def _of_one(function: str, argument: Sql) -> Sql:
    if function in AGGREGATES:
        is_number = function in ("count", "sum", "avg")
        return Sql(f"{function}({argument.text})", argument.values, NUMBER if is_number else argument.type)
    if function in TEXT_FUNCTIONS:
        return replace(_as_type(argument, TEXT), text=f"{function}({argument.text})", type=TEXT, literal=None)
    if function in TRUNCATIONS and argument.type in (FLOATING, FIXED):
        length, rest = TRUNCATIONS[function]
        text = f"(substr({argument.text}, 1, {length})||'{rest}T00:00:00.000')"
        return Sql(text, argument.values, FLOATING)
    raise malformed(f"no such function: {function}")


def _text_match(function: str, subject: Sql, pattern: Sql) -> Sql:
    values = subject.values + pattern.values
    if function == "starts_with":
        return Sql(f"(instr({subject.text}, {pattern.text}) = 1)", values, BOOLEAN)
    return Sql(f"({subject.text} LIKE {pattern.text} ESCAPE '\\')", values, BOOLEAN)
