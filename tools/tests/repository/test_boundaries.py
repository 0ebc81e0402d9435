"""Which module may know what, as the decisions say: read from the imports."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache

import pytest

from tools.tests.repository.sources import python_code

# An imported package, and the modules that may import it.
KEPT_IN = {
    "gino": r"api/lacity_data_api/(db|models)\.py",
    "lacity_data_api.models": r"api/lacity_data_api/(models|.*/repository)\.py",
    "aiocache": r"api/lacity_data_api/cache/store\.py",
    "redis": r"api/lacity_data_api/cache/store\.py|dash/data/.*|.*/benchmarks/.*",
    "psycopg": r"dash/data/.*|prefect/pipeline/.*|.*/benchmarks/.*|locust/.*",
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
def test_a_package_is_known_where_it_belongs_and_nowhere_else(package: str) -> None:
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


def test_endpoints_never_see_a_query() -> None:
    drivers = ("sqlalchemy", "gino", "asyncpg", "psycopg", "psycopg2", "redis")
    seen = {
        path for path, name in imports() if path.endswith("endpoints.py") and name.split(".")[0] in drivers
    }
    assert seen == set()


def test_steps_of_the_night_do_not_need_prefect() -> None:
    """Flow and tasks are shells: what they call is tested without them."""
    shells = re.compile(
        r"prefect/(flow|tasks/.*|pipeline/(cli|prefect_server|prefect_home|log_lines)|benchmarks/.*)(\.py)?"
    )
    seen = {
        path
        for path, name in imports()
        if path.startswith("prefect/") and name.split(".")[0] == "prefect" and not shells.fullmatch(path)
    }
    assert seen == set()
