from __future__ import annotations

import re
from pathlib import Path

import pytest

from scenarios.levels import LEVELS, Level, Measured, breaches, group_of, grouped, label, table

README = Path(__file__).parents[2] / "README.md"
LEVEL = Level("map cached", p50=10, p95=100, p99=300)


def seen(times: dict[int, int], failures: int = 0) -> dict[str, Measured]:
    return {"map cached": Measured(times, failures)}


def test_kept_level_has_no_breach() -> None:
    assert breaches(seen({5: 95, 100: 4, 300: 1}), [LEVEL]) == []
    at_every_limit = {10: 60, 100: 36, 300: 4}
    assert breaches(seen(at_every_limit), [LEVEL]) == []


@pytest.mark.parametrize(
    ("times", "sentence"),
    [
        ({11: 51, 1: 49}, "map cached: p50 is 11 ms, at most 10 ms"),
        ({1: 94, 101: 6}, "map cached: p95 is 101 ms, at most 100 ms"),
        ({1: 98, 1301: 2}, "map cached: p99 is 1,301 ms, at most 300 ms"),
    ],
)
def test_slow_share_names_group_percentile_and_both_figures(times: dict[int, int], sentence: str) -> None:
    assert breaches(seen(times), [LEVEL]) == [sentence]


def test_single_failure_breaks_a_level_without_tolerance() -> None:
    assert breaches(seen({1: 1000}, failures=1), [LEVEL]) == ["map cached: 1 of 1,000 failed, at most 0.0%"]


def test_untimed_levels_still_count_errors() -> None:
    slow = seen({9_000: 100}, failures=1)
    assert breaches(slow, [LEVEL], is_timed=False) == ["map cached: 1 of 100 failed, at most 0.0%"]
    assert breaches(seen({9_000: 100}), [LEVEL], is_timed=False) == []


def test_failures_within_tolerance_are_kept() -> None:
    tolerant = Level("map cached", p50=10, p95=100, p99=300, error_share=0.01)
    assert breaches(seen({1: 1000}, failures=9), [tolerant]) == []
    assert breaches(seen({1: 1000}, failures=10), [tolerant]) == []
    assert breaches(seen({1: 1000}, failures=11), [tolerant]) == [
        "map cached: 11 of 1,000 failed, at most 1.0%"
    ]


def test_group_without_requests_breaks_no_level() -> None:
    assert breaches({}, [LEVEL]) == []


def test_percentile_is_a_time_that_occurred() -> None:
    measured = Measured({1: 1, 2: 1, 3: 1, 4: 1})
    assert [measured.percentile(share) for share in (0.25, 0.5, 0.75, 0.95, 1)] == [1, 2, 3, 4, 4]
    assert Measured().percentile(0.5) == 0


def test_routes_are_added_up_by_group() -> None:
    groups = grouped(
        [
            (label("map cached", "GET /councils"), {1: 2}, 0),
            (label("map cached", "GET /geojson"), {1: 1, 7: 1}, 1),
            ("GET /elsewhere", {3: 1}, 0),
        ]
    )
    assert groups["map cached"] == Measured({1: 3, 7: 1}, 1)
    assert groups["GET /elsewhere"].requests == 1


def test_label_leads_back_to_its_group() -> None:
    assert group_of(label("data", "GET /requests (a page)")) == "data"


def test_table_shows_measurements_next_to_limits() -> None:
    head, line = table(seen({7: 1}), [LEVEL]).splitlines()
    assert " ".join(line.split()) == "map cached 1 0 7 of 10 ms 7 of 100 ms 7 of 300 ms"
    assert len(head) == len(line)


def test_patience_lengthens_times_but_not_the_limit_on_errors() -> None:
    patient = LEVEL.patient(2.5)
    assert (patient.p50, patient.p95, patient.p99, patient.error_share) == (25, 250, 750, 0)


def test_the_readme_lists_every_level() -> None:
    rows = re.findall(
        r"^\| ([a-z ]+) \| ([\d,]+) \| ([\d,]+) \| ([\d,]+) \| ", README.read_text(), re.MULTILINE
    )
    listed = [(group, *(int(time.replace(",", "")) for time in times)) for group, *times in rows]
    timed = [(level.group, level.p50, level.p95, level.p99) for level in LEVELS if level.p99]
    assert listed == timed


def test_levels_of_the_map() -> None:
    by_group = {level.group: level for level in LEVELS}
    assert (by_group["map cached"].p95, by_group["map uncached"].p95) == (100, 400)
    assert all(level.error_share == 0 and level.p50 <= level.p95 <= level.p99 for level in LEVELS)
