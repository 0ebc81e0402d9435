"""Which module may import what, according to the decisions."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache

import pytest

from tools.paths import ROOT
from tools.tests.repository.sources import files, is_test, python_code

# Packages, and the modules that may import them.
KEPT_IN = {
    "gino": r"api/lacity_data_api/database\.py",
    "aiocache": r"api/lacity_data_api/cache/redis_store\.py",
    "limits": r"api/lacity_data_api/feedback/limits\.py",
    "redis": r"api/lacity_data_api/cache/redis_(store|retry)\.py|dash/data/.*|.*/benchmarks/.*",
    "psycopg": r"dash/data/.*|prefect/flow\.py|prefect/pipeline/.*|.*/benchmarks/.*|locust/.*",
    "sodapy": r"prefect/pipeline/socrata\.py",
    "pickle": r"(?!)",
    "cloudpickle": r"(?!)",
}


@cache
def imports() -> tuple[tuple[str, str], ...]:
    """Every (file, imported module) of the services."""
    return tuple(
        (str(path), name)
        for path, module in python_code("api", "dash", "prefect", "locust")
        for node in ast.walk(module)
        for name in _imported(node)
    )


def _imported(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module:
        yield node.module
        yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("package", KEPT_IN)
def test_a_package_is_imported_only_where_it_belongs(package: str) -> None:
    allowed = re.compile(KEPT_IN[package])
    strangers = {
        path
        for path, name in imports()
        if (name == package or name.startswith(f"{package}.")) and not allowed.fullmatch(path)
    }
    assert strangers == set()


@pytest.mark.parametrize("package", [name for name in KEPT_IN if "pickle" not in name])
def test_the_rule_is_about_something(package: str) -> None:
    assert any(name == package or name.startswith(f"{package}.") for _, name in imports())


def test_the_tools_need_nothing_but_python_itself() -> None:
    """A new machine has nothing else at first. The plot runs later, in the tools' environment."""
    known = sys.stdlib_module_names | {"tools", "__future__"}
    foreign = {
        (str(path), name)
        for path, module in python_code("tools")
        for node in ast.walk(module)
        for name in _imported(node)
        if name.split(".")[0] not in known and path.name != "plot.py"
    }
    assert foreign == set()


def test_every_module_of_the_tools_is_described() -> None:
    readme = (ROOT / "tools" / "README.md").read_text()
    inside = [path.relative_to("tools") for path in files() if path.parts[0] == "tools" and not is_test(path)]
    modules = {
        f"{path.parts[0]}/" if len(path.parts) > 1 else path.name for path in inside if path.suffix == ".py"
    }
    assert sorted(name for name in modules - {"__init__.py"} if f"`{name}`" not in readme) == []


def test_endpoints_never_see_a_query() -> None:
    drivers = ("sqlalchemy", "gino", "asyncpg", "psycopg", "psycopg2", "redis")
    seen = {
        path for path, name in imports() if path.endswith("endpoints.py") and name.split(".")[0] in drivers
    }
    assert seen == set()


def test_steps_of_a_run_do_not_need_prefect() -> None:
    """Flow and tasks only call functions that are tested without Prefect."""
    shells = re.compile(
        r"prefect/(flow|pipeline/(arguments|cli|job|log_lines|prefect_\w+|run_page|task_runner)|benchmarks/.*)(\.py)?"
    )
    seen = {
        path
        for path, name in imports()
        if path.startswith("prefect/") and name.split(".")[0] == "prefect" and not shells.fullmatch(path)
    }
    assert seen == set()
