"""The history can be replayed: a dump of one generation plus the changes equals the dump of a later one."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

import psycopg
import pytest
from pipeline_tests import databases
from pipeline_tests.databases import Database
from pipeline_tests.histories import Row, load, plain_row
from pipeline_tests.ingest_runs import settings_for, tolerant
from pipeline_tests.replay import Dump, changes_between, dump, generation, replayed
from pipeline_tests.stories import WAYS, Night, nights
from pipeline_tests.truth import assert_sound, emptied

from pipeline import checks, lifetime
from pipeline.city import City
from pipeline.config import Settings
from pipeline.database import connect
from pipeline.errors import IngestError

CITY = tolerant()
# Each story is several runs in a real database. SEEDS=0:1000 searches further than `-m slow`.
FIRST_SEED, LAST_SEED = map(int, os.environ.get("SEEDS", "0:200").split(":"))
FEW = (3,)
COUNCILS = ("52", "65", None)
KINDS = ["created", "updated", "closed", "reopened", "moved", "retyped", "reassigned", "gone", "returned"]


@pytest.fixture(scope="module")
def shared() -> Iterator[Database]:
    with databases.database() as database:
        yield database


def with_other_rules(city: City, number: int) -> City:
    """The city with another status that ends a request; only the served rows change."""
    ended = (("Open",), ("O'Brien",))[number % 2]
    schemas = {
        name: schema.model_copy(update={"ended_statuses": ended}) for name, schema in city.schemas.items()
    }
    return city.model_copy(update={"schemas": schemas, "digest": f"rules {number}"})


def run(settings: Settings, city: City, night: Night) -> None:
    """One run of a story; if it is to be killed, its connection is cut between its writes and its commit."""
    if night.way != "killed":
        load(settings, city, night.rows, **night.options)
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checks, "merge_checks", _cut)
        with pytest.raises((psycopg.OperationalError, IngestError)):
            load(settings, city, night.rows, **night.options)


def _cut(job: object, *_: object) -> None:
    job.connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")  # type: ignore[attr-defined]


def assert_replays(database: Database, seed: int) -> Counter[str]:
    """After each run, the changes lead from every earlier dump to the current one, row for row.

    Returns how many changes of each kind and how many runs of each way there were.
    """
    emptied(database)
    settings, city, dumps = settings_for(database, "http://unused.invalid"), CITY, dict[int, Dump]()
    story = nights(seed)
    for number, night in enumerate(story):
        if night.way == "other rules":
            city = with_other_rules(city, number)
        run(settings, city, night)
        if dumps or database.value("SELECT count(*) FROM service_requests"):
            dumps.setdefault(generation(database), dump(database))
            assert dumps[generation(database)] == dump(database)
    for first, last in combinations(sorted(dumps), 2):
        changes = changes_between(database, first, last)
        assert replayed(dumps[first], changes) == dumps[last], f"seed {seed}: {first} to {last}"
    sequences = [sequence for (sequence,) in database.rows("SELECT sequence FROM changes ORDER BY 1")]
    assert sequences == list(range(1, len(sequences) + 1))
    kinds = database.rows("SELECT unnest(array_prepend(kind, also)) FROM changes")
    return Counter([kind for (kind,) in kinds] + [night.way for night in story])


@pytest.mark.parametrize("seed", FEW)
def test_changes_lead_from_any_generation_to_any_later_one(shared: Database, seed: int) -> None:
    assert_replays(shared, seed)


@pytest.mark.slow
@pytest.mark.timeout(7_200)
def test_changes_replay_over_many_histories(shared: Database) -> None:
    seen: Counter[str] = Counter()
    for seed in range(FIRST_SEED, LAST_SEED):
        seen += assert_replays(shared, seed)
    assert_sound(shared)
    print(f"seeds {FIRST_SEED} to {LAST_SEED - 1}: {dict(seen)}")
    assert min(seen[name] for name in (*KINDS, *WAYS)) > 0


def test_erased_requests_replay_wherever_a_copy_stands(shared: Database) -> None:
    """A request that is served, one that is already gone, and one that appeared after the first copy."""
    emptied(shared)
    settings, dumps = settings_for(shared, "http://unused.invalid"), dict[int, Dump]()
    rows = {number: plain_row(number) for number in range(5)}
    for published in (rows, rows | {9: plain_row(9)}, {n: row for n, row in rows.items() if n != 2}):
        load(settings, CITY, list(published.values()), is_whole=True, reconcile=True)
        dumps[generation(shared)] = dump(shared)
    for number, left in ((1, 3), (2, 3), (9, 3)):
        with connect(shared.loader_url, "test") as connection:
            lifetime.erase(connection, [f"1-{number}"])
        last, now = generation(shared), dump(shared)
        assert len(now) == left
        for first, earlier in dumps.items():
            assert replayed(earlier, changes_between(shared, first, last)) == now, (number, first)
        dumps[last] = now


def large_story(count: int, share: int) -> Iterator[tuple[str, dict[int, Row]]]:
    """The way and the published rows of runs over ``count`` requests, which touch one in ``share``."""
    rows = {number: plain_row(number, nc=COUNCILS[number % 3]) for number in range(count)}
    touched = range(0, count, share)
    yield "reconcile", rows
    rows = rows | {number: plain_row(number, 2, status="Closed") for number in touched}
    yield "reconcile", rows
    rows = {number: row for number, row in rows.items() if number % (4 * share)}
    yield "reconcile", rows
    rows = {number: replace(row, id=row.id + count, stamp=3) for number, row in rows.items()}
    yield "reconcile", rows
    rows = rows | {number: plain_row(number, 4, nc="6") for number in touched}
    yield "full", rows


def assert_replays_at(database: Database, count: int, share: int) -> None:
    emptied(database)
    settings, dumps = settings_for(database, "http://unused.invalid"), dict[int, Dump]()
    for way, rows in large_story(count, share):
        load(settings, CITY, list(rows.values()), is_whole=True, **{way: True})
        dumps.setdefault(generation(database), dump(database))
    assert [len(rows) for rows in dumps.values()] == [count, count, count - count // (4 * share), count]
    for first, last in combinations(sorted(dumps), 2):
        assert replayed(dumps[first], changes_between(database, first, last)) == dumps[last]


def test_changes_replay_over_whole_datasets(shared: Database) -> None:
    assert_replays_at(shared, 400, 10)


@pytest.mark.slow
@pytest.mark.timeout(3_600)
def test_changes_replay_at_200_000_requests(shared: Database) -> None:
    assert_replays_at(shared, 200_000, 10)
