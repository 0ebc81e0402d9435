"""Every revision can be repeated after an interruption, and locks what readers use before it alters it."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from alembic.script import ScriptDirectory

from lacity_data_api import schema_changes
from lacity_data_api.migrate import configuration

REVISIONS = [script.revision for script in ScriptDirectory.from_config(configuration()).walk_revisions()]
COMMITTING = {"create_index", "drop_index", "replace_index", "update_in_batches"}
OTHERS = {"lock_tables", "exclude_writers", "add_rollups", "drop_rollups"}
REPEATABLE = re.compile(r"\s*(CREATE OR REPLACE|COMMENT)\b")
# A fill factor is changed without excluding readers.
ALTERED = re.compile(r"ALTER TABLE (\w+)\b(?! SET \(fillfactor)")
WITH_TRIGGER = re.compile(r"CREATE TRIGGER .*? ON (\w+)", re.DOTALL)
CREATED = re.compile(r"CREATE TABLE (\w+)")
BEFORE_READERS = {"0001", "0002", "0003", "0004"}
Step = tuple[str, str]


class Recorder:
    """Stands for ``alembic.op``, and for its connection."""

    def __init__(self, steps: list[Step]) -> None:
        self.steps = steps

    def execute(self, statement: object, **_values: object) -> None:
        self.steps.append(("execute", str(statement)))

    def get_bind(self) -> Recorder:
        return self


def steps_of(revision: str, direction: str) -> list[Step]:
    """The calls of a revision with their tables or statements, in order, without a database."""
    # A copy of the module that no other test has.
    module: Any = ScriptDirectory.from_config(configuration()).get_revision(revision).module
    steps: list[Step] = []
    module.op = Recorder(steps)
    for name in (COMMITTING | OTHERS) & vars(module).keys():
        setattr(module, name, _recorded(steps, name))
    getattr(module, direction)()
    return steps


def _recorded(steps: list[Step], name: str) -> Callable[..., None]:
    return lambda *arguments: steps.append((name, " ".join(arguments)))


def test_these_are_all_calls_that_revisions_share() -> None:
    public = {
        name
        for name, value in vars(schema_changes).items()
        if callable(value) and value.__module__ == schema_changes.__name__ and not name.startswith("_")
    }
    assert public == COMMITTING | OTHERS


@pytest.mark.parametrize("direction", ["upgrade", "downgrade"])
@pytest.mark.parametrize("revision", REVISIONS)
def test_what_commits_comes_first(revision: str, direction: str) -> None:
    steps = steps_of(revision, direction)
    last = max((at for at, (name, _) in enumerate(steps) if name in COMMITTING), default=0)
    unrepeatable = [
        step for step in steps[:last] if step[0] not in COMMITTING and not REPEATABLE.match(step[1])
    ]
    assert unrepeatable == []


@pytest.mark.parametrize("revision", sorted(set(REVISIONS) - BEFORE_READERS))
def test_what_readers_use_is_locked_before_it_is_altered(revision: str) -> None:
    created: set[str] = set()
    locked: set[str] = set()
    without_writers: set[str] = set()
    for name, text in steps_of(revision, "upgrade"):
        if name in COMMITTING:
            locked, without_writers = set(), set()
        elif name == "lock_tables":
            locked |= set(text.split())
        elif name == "exclude_writers":
            without_writers.add(text)
        created |= set(CREATED.findall(text))
        assert set(ALTERED.findall(text)) <= created | locked, text
        assert set(WITH_TRIGGER.findall(text)) <= created | locked | without_writers, text


@pytest.mark.parametrize("revision", REVISIONS)
def test_rollups_are_filled_while_readers_can_read(revision: str) -> None:
    steps = [name for name, _ in steps_of(revision, "upgrade")]
    before = [earlier for earlier, name in pairwise(steps) if name == "add_rollups"]
    assert not {"lock_tables", "replace_index"} & set(before)
