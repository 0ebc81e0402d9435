"""The table of ``docs/reliability.md``, written between two marks; the rest is written by hand."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from tools.attack.tally import Tally
from tools.bench import history
from tools.paths import ROOT
from tools.problem import Problem

FILE = ROOT / "docs" / "reliability.md"
START, END = "<!-- written by make attack -->", "<!-- until here -->"
HEAD = "| attacked | counts | violations |\n|---|---|---:|"


@dataclass(frozen=True)
class Run:
    """A finished run."""

    when: str
    commit: str
    seed: int
    minutes: float
    tally: Tally

    @staticmethod
    def of(seed: int, seconds: float, tally: Tally) -> Run:
        when = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime())
        return Run(when, history.commit(), seed, seconds / 60, tally)


def table(run: Run) -> str:
    """The run as Markdown."""
    tally = run.tally
    subjects = sorted({*tally.counts, *tally.violations})
    rows = [
        f"| {subject} | {_counts(tally, subject)} | {tally.violations[subject] or 0:,} |"
        for subject in subjects
    ]
    title = (
        f"Seed {run.seed}, {run.minutes:.0f} minutes, {run.when}, commit {run.commit}: {tally.describe()}."
    )
    return "\n\n".join((title, "\n".join([HEAD, *rows])))


def _counts(tally: Tally, subject: str) -> str:
    return ", ".join(f"{amount:,} {name}" for name, amount in sorted(tally.counts[subject].items()) if amount)


def write(run: Run, file: Path = FILE) -> None:
    """Put the run between the marks. Raises Problem when they are missing."""
    text = file.read_text()
    start, end = text.find(START), text.find(END)
    if not 0 <= start < end:
        raise Problem(f"{file} has lost its marks {START} and {END}.")
    file.write_text(f"{text[: start + len(START)]}\n{table(run)}\n{text[end:]}")
