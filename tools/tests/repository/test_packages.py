"""Packages depend on each other in one direction."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tools.tests.repository.sources import python_code

ROOTS = {
    "api": Path("api/lacity_data_api"),
    "dash": Path("dash"),
    "locust": Path("locust"),
    "prefect": Path("prefect"),
    "tools": Path("tools"),
}
"""Where each service's packages are. Names in ``api`` and ``tools`` begin with that of the folder."""
PREFIXES = {"api": "lacity_data_api.", "tools": "tools."}


def package_of(module: Path) -> str:
    return module.parts[0].removesuffix(".py")


def imported(module: ast.Module) -> Iterator[str]:
    """The absolute names of what a module imports, anywhere in it."""
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def graph_of(service: str) -> dict[str, set[str]]:
    """Which of a service's packages and single modules each of them imports."""
    modules = {
        path.relative_to(ROOTS[service]): module
        for path, module in python_code(service)
        if path.is_relative_to(ROOTS[service])
    }
    graph: dict[str, set[str]] = {package_of(path): set() for path in modules}
    prefix = PREFIXES.get(service, "")
    for path, module in modules.items():
        names = {
            name.removeprefix(prefix).split(".")[0] for name in imported(module) if name.startswith(prefix)
        }
        graph[package_of(path)] |= (names & graph.keys()) - {package_of(path), "__init__"}
    return graph


@pytest.mark.parametrize("service", ROOTS)
def test_packages_have_no_import_cycles(service: str) -> None:
    graph = graph_of(service)
    assert any(graph.values())
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" → ".join(error.args[1]))
