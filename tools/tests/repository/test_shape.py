"""Small modules and functions, with types everywhere."""

from __future__ import annotations

import ast
import statistics
from functools import cache
from pathlib import Path

import pytest

from tools.paths import ROOT
from tools.tests.repository.sources import is_test, with_suffix

# Limits in physical lines on the median, the 90th percentile and the largest.
MODULE_LIMITS = (100, 300, 500)
FUNCTION_LIMITS = (10, 35, 80)
ENOUGH_FOR_A_MEDIAN = 10
Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def modules() -> dict[Path, str]:
    """Every Python file with content, except migrations."""
    texts = {path: (ROOT / path).read_text() for path in with_suffix(".py") if "versions" not in path.parts}
    return {path: text for path, text in texts.items() if text.count("\n") >= 3}


@cache
def functions() -> tuple[tuple[Path, Function], ...]:
    return tuple(
        (path, node)
        for path, text in modules().items()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, Function)
    )


def lines_of(node: Function) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def shape(sizes: list[int]) -> tuple[float, int, int]:
    """Median, 90th percentile and largest; the median of a few modules is meaningless."""
    ordered = sorted(sizes)
    median = statistics.median(ordered) if len(ordered) >= ENOUGH_FOR_A_MEDIAN else 0
    return median, ordered[int(len(ordered) * 0.9)], ordered[-1]


def within(measured: tuple[float, int, int], limits: tuple[int, int, int]) -> bool:
    return all(value <= limit for value, limit in zip(measured, limits, strict=True))


GROUPS = sorted({(path.parts[0], is_test(path)) for path in modules()})


@pytest.mark.parametrize(("folder", "tests"), GROUPS)
def test_modules_are_small(folder: str, *, tests: bool) -> None:
    sizes = [
        text.count("\n")
        for path, text in modules().items()
        if path.parts[0] == folder and is_test(path) == tests
    ]
    assert within(shape(sizes), MODULE_LIMITS), shape(sizes)


@pytest.mark.parametrize(("folder", "tests"), GROUPS)
def test_functions_are_small(folder: str, *, tests: bool) -> None:
    sizes = [
        lines_of(node) for path, node in functions() if path.parts[0] == folder and is_test(path) == tests
    ]
    assert within(shape(sizes), FUNCTION_LIMITS), shape(sizes)


def test_every_function_declares_its_return_type() -> None:
    untyped = [f"{path}:{node.lineno} {node.name}" for path, node in functions() if node.returns is None]
    assert untyped == []
