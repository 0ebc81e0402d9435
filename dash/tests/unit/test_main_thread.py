"""What a trace says about our code, tested with hand-made traces of a few samples, in microseconds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from benchmarks.main_thread import GARBAGE, MainThread, is_ours, of_trace

MAIN = {"pid": 1, "tid": 1}
PROGRAM, MAPLIBRE, OURS, ASKED, COLLECTOR = 2, 3, 4, 5, 6
NODES = [
    {"id": 1, "callFrame": {"functionName": "(root)"}},
    {"id": PROGRAM, "parent": 1, "callFrame": {"functionName": "(program)"}},
    {
        "id": MAPLIBRE,
        "parent": 1,
        "callFrame": {"functionName": "fire", "url": "/assets/vendor/maplibre-gl.mjs"},
    },
    {"id": OURS, "parent": MAPLIBRE, "callFrame": {"functionName": "showView", "url": "/assets/map.js?m=1"}},
    {
        "id": ASKED,
        "parent": OURS,
        "callFrame": {"functionName": "query", "url": "/assets/vendor/maplibre-gl.mjs"},
    },
    {"id": COLLECTOR, "parent": 1, "callFrame": {"functionName": GARBAGE}},
]


def span(name: str, begin: int, end: int) -> dict[str, Any]:
    return MAIN | {"name": name, "ph": "X", "ts": begin, "dur": end - begin}


def profile(samples: Sequence[tuple[int, int]]) -> list[dict[str, Any]]:
    """Each sample is (moment, node); the second half is in a separate chunk, sent by another thread."""
    begin = MAIN | {"name": "Profile", "id": "0x1", "ts": 0, "args": {"data": {"startTime": 0}}}
    moments = [moment for moment, _ in samples]
    deltas = [moment - before for before, moment in zip([0, *moments], moments, strict=False)]
    half = len(samples) // 2
    chunks = []
    for nodes, part in ((NODES, slice(half)), ([], slice(half, None))):
        cpu = {"nodes": nodes, "samples": [node for _, node in samples[part]]}
        data = {"cpuProfile": cpu, "timeDeltas": deltas[part]}
        chunks.append(
            {
                "name": "ProfileChunk",
                "pid": 1,
                "tid": 7,
                "id": "0x1",
                "ts": part.start or 0,
                "args": {"data": data},
            }
        )
    return [begin, *chunks]


def measured(samples: Sequence[tuple[int, int]], *spans: dict[str, Any]) -> MainThread:
    main = MAIN | {"name": "thread_name", "args": {"name": "CrRendererMain"}, "ts": 0}
    return of_trace([main, *spans, *profile(samples)])


def test_our_function_counts_with_all_that_it_calls_whoever_calls_it() -> None:
    samples = [
        (0, PROGRAM),
        (10_000, MAPLIBRE),
        (20_000, OURS),
        (50_000, ASKED),
        (90_000, MAPLIBRE),
        (95_000, PROGRAM),
    ]
    found = measured(samples, span("RunTask", 5_000, 99_000))
    assert (found.ours_in_a_frame, found.longest_task) == (70, 94)


def test_tasks_of_one_frame_add_up_and_those_of_two_do_not() -> None:
    samples = [
        (10_000, OURS),
        (20_000, PROGRAM),
        (30_000, OURS),
        (50_000, PROGRAM),
        (60_000, OURS),
        (65_000, PROGRAM),
    ]
    tasks = [
        span("RunTask", 10_000, 25_000),
        span("RunTask", 30_000, 55_000),
        span("RunTask", 60_000, 70_000),
    ]
    assert measured(samples, *tasks, span("Commit", 51_000, 52_000)).ours_in_a_frame == 30
    assert measured(samples, *tasks).ours_in_a_frame == 35


def test_garbage_counts_for_the_code_that_it_interrupts() -> None:
    samples = [
        (0, PROGRAM),
        (10_000, OURS),
        (20_000, COLLECTOR),
        (40_000, PROGRAM),
        (50_000, COLLECTOR),
        (60_000, PROGRAM),
    ]
    assert measured(samples, span("RunTask", 0, 70_000)).ours_in_a_frame == 30


def test_nothing_counts_between_tasks() -> None:
    samples = [(0, PROGRAM), (10_000, OURS), (80_000, PROGRAM)]
    assert measured(samples, span("RunTask", 5_000, 20_000)).ours_in_a_frame == 10


def test_a_trace_without_a_profile_is_no_zero() -> None:
    with pytest.raises(ValueError, match="no profile"):
        of_trace([])


def test_scripts_of_packages_are_not_ours() -> None:
    assert is_ours("http://localhost:5500/assets/near.js?m=1")
    assert not is_ours("http://localhost:5500/assets/vendor/maplibre-gl.mjs")
    assert not is_ours("http://localhost:5500/_dash-component-suites/dash/dcc/assets/x.js")
    assert not is_ours("")
