"""The table, the history and the plot of ``make bench``."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from tools.bench import growth, history, machine, plot, report
from tools.bench.history import Parity, Result, Run, Usage
from tools.bench.shared import benchmark_figures
from tools.paths import ROOT
from tools.problem import Problem
from tools.tests.repository.sources import files

RATE = Result("api", "GET /types, warm", "req/s", 8_000, 10_000, "constant bytes", 6_000, (8_000.0,))
INGEST_RUN = Result("prefect", "a run of 20,000 changed rows", "s", 2.5, 1, "bare SQL", 2)


def run(rows: int = 1_000_000, *figures: Result, when: str = "2026-01-01 10:00 UTC") -> Run:
    return Run(when, "abc1234", rows, "2 cores", 120, figures or (RATE, INGEST_RUN))


def test_share_of_the_limit_for_rates_and_for_times() -> None:
    assert RATE.share == 0.8
    assert INGEST_RUN.share == 0.4


def test_goal_is_a_floor_for_rates_and_a_ceiling_for_times() -> None:
    assert RATE.is_met is True
    assert INGEST_RUN.is_met is False
    assert replace(INGEST_RUN, goal=None).is_met is None


def test_history_keeps_what_was_saved(tmp_path: Path) -> None:
    file = tmp_path / "performance.json"
    history.save([run()], file)
    assert history.load(file) == [run()]


MEASURED = replace(
    run(1_000_000, replace(RATE, runs=(7_500.0, 8_000.0, 8_200.0))),
    parity=Parity(1_030_000, 30_000, 1_000_000, is_equal=True),
    usage=(Usage("api", 61.2, 80.4, 143.0),),
)


def test_parity_and_usage_are_kept_and_written(tmp_path: Path) -> None:
    file = tmp_path / "performance.json"
    history.save([run(), MEASURED], file)
    assert history.load(file) == [run(), MEASURED]
    text = report.section(MEASURED)
    assert (
        "1,030,000 rows published, 30,000 of them in two datasets; 1,000,000 served: every request once."
        in text
    )
    assert "API: 61.2 s, 80.4 s of CPU, largest process 143 MB." in text
    assert "| 8,000 req/s (7,500 to 8,200) |" in text


def test_a_city_that_lost_requests_is_named() -> None:
    assert MEASURED.parity
    lost = replace(MEASURED, parity=replace(MEASURED.parity, served=999_999, is_equal=False))
    assert "999,999 served: **not the same requests**." in report.section(lost)


def test_history_keeps_the_newest_of_every_size(tmp_path: Path) -> None:
    file = tmp_path / "performance.json"
    runs = [run(1, when=f"2026-01-01 10:{minute:02}") for minute in range(15)]
    history.save([*runs, run(2)], file)
    kept = history.load(file)
    assert [one.when for one in kept if one.rows == 1] == [one.when for one in runs[-history.KEPT_RUNS :]]
    assert set(history.latest(kept)) == {1, 2}


def test_a_slower_machine_is_not_a_change() -> None:
    slower_machine = replace(RATE, value=4_000, limit=5_000)
    assert history.compare(run(1, RATE), run(1, slower_machine)) == []


def test_comparison_names_what_is_worse_and_what_is_better() -> None:
    slower = replace(RATE, value=4_000)
    assert history.compare(run(1, RATE), run(1, slower)) == [
        "WORSE: GET /types, warm: 80% of its limit before, 40% now (8,000.0 and 4,000.0 req/s)"
    ]
    assert history.compare(run(1, slower), run(1, RATE))[0].startswith("better: GET /types, warm: ")


def test_every_line_of_the_table_has_its_limit() -> None:
    lines = [line for line in report.section(run()).splitlines() if line.startswith("| ")]
    assert (
        "| GET /types, warm | 8,000 req/s | 6,000 req/s | 10,000 req/s: constant bytes | 80% | yes |" in lines
    )
    assert "| a run of 20,000 changed rows | 2.50 s | 2.00 s | 1.00 s: bare SQL | 40% | **no** |" in lines


def test_tables_are_written_between_the_marks_only(tmp_path: Path) -> None:
    file = tmp_path / "performance.md"
    file.write_text(f"before\n{report.START}\nold\n{report.END}\nafter\n")
    report.write({1_000_000: run()}, file)
    text = file.read_text()
    assert text.startswith("before\n")
    assert text.endswith(f"{report.END}\nafter\n")
    assert "old" not in text
    assert "## 1,000,000 requests" in text


def test_missing_marks_are_a_problem(tmp_path: Path) -> None:
    file = tmp_path / "performance.md"
    file.write_text("nothing to find")
    with pytest.raises(Problem, match="lost its marks"):
        report.write({}, file)


def test_document_has_its_marks() -> None:
    text = report.FILE.read_text()
    assert 0 < text.find(report.START) < text.find(report.END)


def test_plot_is_a_picture_with_every_panel_and_line(tmp_path: Path) -> None:
    plot.draw({1_000_000: run(), 5_000_000: run(5_000_000)}, tmp_path / "growth.svg")
    text = (tmp_path / "growth.svg").read_text()
    assert [title for title, *_ in plot.PANELS if title not in text] == []
    assert {"merge", "bare SQL"} <= set(re.findall(r">([^<>]+)</text>", text))


def test_the_same_figures_give_the_same_picture(tmp_path: Path) -> None:
    for name in ("one.svg", "two.svg"):
        plot.draw({1_000_000: run()}, tmp_path / name)
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()


def test_a_line_can_show_the_limit_of_a_figure() -> None:
    assert plot.points({1_000_000: run()}, "of 20,000 changed rows") == [(1_000_000, INGEST_RUN.value)]
    assert plot.points({1_000_000: run()}, plot.LIMIT + "of 20,000 changed rows") == [
        (1_000_000, INGEST_RUN.limit)
    ]


def test_the_machine_is_described() -> None:
    form = r"\d+ cores \(.+\), \d+ GB of memory, .+, Python 3[\d.]+, PostgreSQL \d+\.\d+; load average [\d.]+"
    form += " at the start"
    assert re.fullmatch(form, machine.describe())


def test_every_service_reports_the_same_kind_of_figure() -> None:
    """The fields that ``make bench`` reads are those that the services write; both use one definition."""
    written = {field.name for field in fields(benchmark_figures.Figure)}
    assert {field.name for field in fields(Result)} == written | {"service"}
    benchmarks = [path for path in files() if path.suffix == ".py" and "benchmarks" in path.parts]
    assert benchmarks
    assert [path for path in benchmarks if "class Figure:" in (ROOT / path).read_text()] == []


def of_each_size(monkeypatch: pytest.MonkeyPatch, *figures: tuple[str, float, float]) -> None:
    """Benchmarks of both sizes in the table of growth, with these values of each figure."""
    monkeypatch.setattr(growth, "ROWS", {"a row": "report /*, cold"})
    runs = [
        run(size, *(Result("dash", work, "ms", values[place], 1, "SQL") for work, *values in figures))
        for place, size in enumerate(growth.SIZES)
    ]
    monkeypatch.setattr(history, "load", lambda: runs)


def test_growth_is_that_of_the_slowest_of_several_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    of_each_size(
        monkeypatch, ("report /a, cold", 40, 130), ("report /b, cold", 50, 120), ("report /c, warm", 90, 900)
    )
    assert growth.growth_table().splitlines()[2:] == ["| a row | 50.0 ms | 130 ms | 2.6 |"]


def test_growth_without_a_figure_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    of_each_size(monkeypatch, ("report /a, warm", 40, 130))
    with pytest.raises(Problem, match=r"no “report /\*, cold” of 5,000,000 requests"):
        growth.growth_table()


@pytest.mark.parametrize("pattern", growth.ROWS.values())
def test_a_row_of_growth_is_one_figure_unless_it_is_the_slowest(pattern: str) -> None:
    newest = history.latest(history.load())
    for size in growth.SIZES:
        found = [one.work for one in newest[size].figures if fnmatchcase(one.work, pattern)]
        assert len(found) == 1 or pattern.startswith("report /*"), found
