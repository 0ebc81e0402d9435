"""Write access to Redis must not allow code execution: nothing in Redis is executed or unpickled."""

from __future__ import annotations

import ast
import pickle
from pathlib import Path
from typing import Any

import redis

from tests.support.serving import Api

PACKAGE = Path(__file__).parents[3] / "lacity_data_api"
# Functions that execute code they read, and names that indicate them.
DANGEROUS = {"pickle", "cPickle", "dill", "cloudpickle", "shelve", "marshal", "jsonpickle", "yaml"}
NAMES = {"PickleSerializer", "eval", "exec", "compile", "__import__", "loads_unsafe"}
EXPLODED: list[str] = []


def explode(sound: str) -> None:
    EXPLODED.append(sound)


class Bomb:
    """Reports when it is unpickled."""

    def __reduce__(self) -> Any:
        return explode, ("boom",)


def _imported(tree: ast.AST) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
            names |= {alias.name for alias in node.names}
    return names


def _called(tree: ast.AST) -> set[str]:
    return {
        node.func.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }


def test_no_module_can_execute_data() -> None:
    modules = list(PACKAGE.rglob("*.py"))
    assert len(modules) > 50
    for module in modules:
        tree = ast.parse(module.read_text())
        assert not _imported(tree) & (DANGEROUS | NAMES), module
        assert not _called(tree) & NAMES, module


def test_bomb_explodes_when_it_is_unpickled() -> None:
    pickle.loads(pickle.dumps(Bomb()))  # noqa: S301  our own
    assert EXPLODED == ["boom"]
    EXPLODED.clear()


def test_pickle_in_redis_is_never_opened(api: Api) -> None:
    expected = api.json("/types/stats")
    with redis.Redis.from_url(api.state.settings.redis_url.get_secret_value()) as stored:
        keys = [key for key in stored.keys("311:*") if stored.type(key) == b"string"]
        assert keys
        for key in keys:
            stored.set(key, pickle.dumps(Bomb()))
    # With an empty in-memory cache, every response comes from Redis.
    api.state.responses.memory.replace_all([])
    assert api.json("/types/stats") == expected
    assert api.json("/councils/types/stats")
    assert EXPLODED == []
