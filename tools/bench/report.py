"""The tables in ``docs/performance.md``, written between two marks; the rest is written by hand."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tools.bench.history import Parity, Result, Run
from tools.paths import ROOT
from tools.problem import Problem

FILE = ROOT / "docs" / "performance.md"
START, END = "<!-- written by make bench -->", "<!-- until here -->"
HEAD = (
    "| what | measured | goal | limit, in the same run | of the limit | met |\n|---|---:|---:|---|---:|---|"
)
MET = {True: "yes", False: "**no**", None: ""}
TITLES = {"api": "API", "prefect": "Pipeline", "dash": "Reports"}


def number(value: float) -> str:
    """A number with about three significant digits."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.1f}" if abs(value) >= 10 else f"{value:,.2f}"


def spread(figure: Result) -> str:
    """The minimum and maximum of the runs, if there are several."""
    return f" ({number(min(figure.runs))} to {number(max(figure.runs))})" if len(figure.runs) > 1 else ""


def evidence(run: Run) -> str:
    """Whether the city is complete, and the resources used for measuring."""
    used = [
        f"{TITLES[one.service]}: {number(one.wall_seconds)} s, {number(one.cpu_seconds)} s of CPU, "
        f"largest process {number(one.peak_mb)} MB."
        for one in run.usage
    ]
    return " ".join([*([_parity(run.parity)] if run.parity else []), *used])


def _parity(found: Parity) -> str:
    verdict = "every request once" if found.is_equal else "**not the same requests**"
    return (
        f"{found.published:,} rows published, {found.published_twice:,} of them in two datasets; "
        f"{found.served:,} served: {verdict}."
    )


def row(figure: Result) -> str:
    """A line of the table."""
    goal = "" if figure.goal is None else f"{number(figure.goal)} {figure.unit}"
    limit = f"{number(figure.limit)} {figure.unit}: {figure.limit_is}"
    cells = (
        figure.work,
        f"{number(figure.value)} {figure.unit}{spread(figure)}",
        goal,
        limit,
        f"{figure.share:.0%}",
        MET[figure.is_met],
    )
    return "| " + " | ".join(cells) + " |"


def section(run: Run) -> str:
    """A run as Markdown."""
    parts = [
        f"## {run.rows:,} requests",
        f"{run.when}, commit {run.commit}, measured in {run.seconds / 60:.0f} minutes on {run.machine}.",
    ]
    if known := evidence(run):
        parts.append(known)
    for service, title in TITLES.items():
        rows = [row(figure) for figure in run.figures if figure.service == service]
        if rows:
            parts += [f"### {title}", "\n".join([HEAD, *rows])]
    return "\n\n".join(parts)


def write(latest: Mapping[int, Run], file: Path = FILE) -> None:
    """Put the newest run of every size between the marks. Raises Problem when they are missing."""
    text = file.read_text()
    start, end = text.find(START), text.find(END)
    if not 0 <= start < end:
        raise Problem(f"{file} has lost its marks {START} and {END}.")
    body = "\n\n".join(section(run) for run in latest.values())
    file.write_text(f"{text[: start + len(START)]}\n\n{body}\n\n{text[end:]}")
