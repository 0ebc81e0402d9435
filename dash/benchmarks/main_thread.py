"""Main-thread time of our own scripts in each frame of a page, from a trace that includes a sampling profile.

A sample counts as ours if any function on its stack is ours, whether MapLibre calls our code or our code
calls MapLibre.
"""

from __future__ import annotations

import json
import statistics
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page

CATEGORIES = (
    "toplevel",
    "devtools.timeline",
    "disabled-by-default-devtools.timeline",
    "disabled-by-default-v8.cpu_profiler",
)
GARBAGE = "(garbage collector)"

# The trace records a task only after the task has ended, which is certain once another task runs.
NEXT_TASK = "() => new Promise(done => setTimeout(done))"

Event = Mapping[str, Any]
Span = tuple[float, float]
"""Start and end, in microseconds of trace time."""


@dataclass(frozen=True)
class MainThread:
    """Times in milliseconds; ``sample`` is the median interval between two samples of the profile."""

    ours_in_a_frame: float
    longest_task: float
    sample: float


def observed(browser: Browser, page: Page, work: Callable[[], object]) -> MainThread:
    """Measure the page's main thread while ``work`` runs."""
    browser.start_tracing(page=page, categories=list(CATEGORIES))
    work()
    page.evaluate(NEXT_TASK)
    return of_trace(json.loads(browser.stop_tracing())["traceEvents"])


def of_trace(events: Sequence[Event]) -> MainThread:
    """Evaluate the events of a trace with CATEGORIES. Raises ValueError if it contains no profile."""
    mains = {(e["pid"], e["tid"]) for e in events if e.get("args", {}).get("name") == "CrRendererMain"}
    here = [event for event in events if (event["pid"], event["tid"]) in mains]
    tasks = _complete(here, "RunTask")
    profiles = [event for event in here if event["name"] == "Profile"]
    samples = [sample for profile in profiles for sample in _samples(events, profile)]
    if not samples:
        raise ValueError("the trace has no profile of the page's main thread")
    # A frame ends when the page hands it to the compositor.
    frame_ends = [end for _, end in _complete(here, "Commit")]
    by_frame: defaultdict[int, float] = defaultdict(float)
    for begin, length in _within(tasks, [span for span, was_ours in samples if was_ours]):
        by_frame[bisect_right(frame_ends, begin)] += length
    return MainThread(
        max(by_frame.values(), default=0) / 1000,
        max(end - begin for begin, end in tasks) / 1000,
        statistics.median(end - begin for (begin, end), _ in samples) / 1000,
    )


def is_ours(url: str) -> bool:
    """Whether a script is from ``assets/`` and not from an npm package."""
    path = urlsplit(url).path
    return path.startswith("/assets/") and not path.startswith("/assets/vendor/")


def _complete(events: Iterable[Event], name: str) -> list[Span]:
    """The spans with this name, in order of time."""
    found = [event for event in events if event["name"] == name and event.get("ph") == "X"]
    return sorted((event["ts"], event["ts"] + event["dur"]) for event in found)


def _within(tasks: Sequence[Span], spans: Iterable[Span]) -> Iterator[tuple[float, float]]:
    """The start of each span's task, and the length of the part of the span that lies within the task."""
    begins = [begin for begin, _ in tasks]
    for begin, end in spans:
        task_begin, task_end = tasks[max(bisect_right(begins, begin) - 1, 0)]
        if task_begin <= begin < task_end:
            yield task_begin, min(end, task_end) - begin


def _samples(events: Iterable[Event], profile: Event) -> Iterator[tuple[Span, bool]]:
    """The span from each sample to the next, and whether our code was on the stack of the first."""
    key = (profile["pid"], profile["id"])
    chunks = [e for e in events if e["name"] == "ProfileChunk" and (e["pid"], e.get("id")) == key]
    data = [event["args"]["data"] for event in sorted(chunks, key=lambda event: event["ts"])]
    found = sorted(_moments(profile["args"]["data"]["startTime"], data))
    for (begin, was_ours), (end, _) in pairwise(found):
        yield (begin, end), was_ours


def _moments(at: float, chunks: Iterable[Mapping[str, Any]]) -> Iterator[tuple[float, bool]]:
    ours: dict[int, bool | None] = {}
    last = False
    for chunk in chunks:
        profile = chunk.get("cpuProfile", {})
        for node in profile.get("nodes", ()):
            ours[node["id"]] = _verdict(node, ours)
        for node, delta in zip(profile.get("samples", ()), chunk.get("timeDeltas", ()), strict=True):
            at += delta
            verdict = ours[node]
            last = last if verdict is None else verdict
            yield at, last


def _verdict(node: Mapping[str, Any], ours: Mapping[int, bool | None]) -> bool | None:
    """Whether our code is on the stack; None for the garbage collector, charged to the code it interrupts."""
    frame = node["callFrame"]
    if frame["functionName"] == GARBAGE:
        return None
    return is_ours(frame.get("url", "")) or bool(ours.get(node.get("parent", 0)))
