"""Packages depend on each other in one direction."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "lacity_data_api"
SQL = ("SELECT ", "INSERT ", "UPDATE ", "DELETE ", "LOCK ", "WITH ", "COPY ", "CALL ")
# SQL is written in repositories, the statements next to them, and the filters that they format.
WITH_SQL = ("repository.py", "statements.py", "filters.py", "fields.py")


def _imported(path: Path) -> Iterator[str]:
    """Subpackages and modules of ours that a file imports."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(PACKAGE.name):
            parts = [*(node.module or "").split(".")[1:]]
            yield from [parts[0]] if parts else [alias.name for alias in node.names]


def test_packages_have_no_import_cycles() -> None:
    graph: dict[str, set[str]] = {}
    for path in PACKAGE.rglob("*.py"):
        name = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        graph.setdefault(name, set()).update(set(_imported(path)) - {name})
    order = list(TopologicalSorter(graph).static_order())
    assert order.index("statements") < order.index("cache") < order.index("state") < order.index("main")


def test_sql_is_in_repositories_only() -> None:
    files = {
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        if not path.name.endswith(WITH_SQL)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.value.lstrip().startswith(SQL)
    }
    # The versions of the data, the time limit of an export, and migrations do not belong to any one domain.
    migrations = {"migrate.py", "schema_changes.py", "seeds.py"}
    assert files == {"cache/outdated_files.py", "cache/response_cache.py", "database.py", *migrations}
