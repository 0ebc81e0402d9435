"""The repository's files, and the facts that its code declares, read without importing the code."""

from __future__ import annotations

import ast
import subprocess
from functools import cache
from pathlib import Path

from tools.paths import ROOT

CODE = ("api", "dash", "prefect", "locust")


@cache
def files() -> tuple[Path, ...]:
    """Every file that git tracks or would track, relative to the root."""
    listed = subprocess.check_output(
        ["git", "-C", str(ROOT), "ls-files", "-co", "--exclude-standard", "-z"], text=True
    )
    paths = (Path(name) for name in listed.split("\0") if name)
    return tuple(path for path in paths if (ROOT / path).is_file())


def with_suffix(*suffixes: str) -> list[Path]:
    return [path for path in files() if path.suffix in suffixes]


def is_test(path: Path) -> bool:
    return "tests" in path.parts


@cache
def python_code(*folders: str) -> tuple[tuple[Path, ast.Module], ...]:
    """The parsed modules of these folders, except tests."""
    return tuple(
        (path, ast.parse((ROOT / path).read_text()))
        for path in with_suffix(".py")
        if path.parts[0] in folders and not is_test(path)
    )


def variables_read(*folders: str) -> dict[str, str]:
    """Names of environment variables that code reads directly, each with a place where it does."""
    return {
        name: f"{path}:{node.lineno}"
        for path, module in python_code(*folders)
        for node in ast.walk(module)
        if isinstance(node, ast.expr)
        for name in _names_read(node)
    }


def _names_read(node: ast.expr) -> list[str]:
    """The name in ``environ["NAME"]``, ``environ.get("NAME")``, ``getenv("NAME")``."""
    match node:
        case ast.Subscript(value=holder, slice=ast.Constant(value=str(name))):
            return [name] if "environ" in ast.unparse(holder) else []
        case ast.Call(func=called, args=[ast.Constant(value=str(name)), *_]):
            return (
                [name] if ast.unparse(called).endswith(("environ.get", "getenv", "environment.get")) else []
            )
    return []
