"""A run as text: tables for its page in Prefect, a message for Slack."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from pipeline.download import Download
from pipeline.errors import DataError, failure_text
from pipeline.plan import Plan
from pipeline.quality import NOTICE, Check
from pipeline.result import MergeResult

# Characters that start inline markup, and the colon of URLs, which would be turned into links.
MARKUP = re.compile(r"[\\`*_\[\]<>|!#&]|:(?=//)")
MAX_LISTED_CHECKS = 5
"""In a message; the run's page and the data quality report list all checks."""
SIGNS = {
    "ok": ":white_check_mark:",
    "warn": ":warning:",
    "partial": ":large_orange_diamond:",
    "fail": ":rotating_light:",
}


def table(rows: Sequence[Mapping[str, object]]) -> str:
    """A Markdown table; the keys of the first row are the header."""
    if not rows:
        return "none"
    head = list(rows[0])
    lines: list[Sequence[object]] = [head, ["---"] * len(head)]
    lines += [[row.get(name, "") for name in head] for row in rows]
    return "\n".join("| " + " | ".join(_cell(value) for value in line) + " |" for line in lines)


def _cell(value: object) -> str:
    return escape_markdown(f"{value:,}" if isinstance(value, int) else str(value))


def escape_markdown(text: str) -> str:
    """Escapes a portal's text for Markdown, so that it cannot create pictures, links, headings or tables."""
    return MARKUP.sub(r"\\\g<0>", " ".join(text.splitlines()))


def plan_page(plan: Plan) -> str:
    """Tables of the data to read from each dataset, and of the skipped datasets."""
    readings = [
        {
            "dataset": reading.dataset.id,
            "title": reading.dataset.title,
            "rows published": reading.total,
            "rows to read": reading.expected,
            "since": "unchanged" if not reading.is_due else reading.start or "the first row",
            "API": reading.transport,
        }
        for reading in plan.readings
    ]
    return f"{table(readings)}\n\n## Skipped\n{skipped_table(plan)}\n"


def skipped_table(plan: Plan) -> str:
    return table(
        [{"dataset": s.dataset.id, "title": s.dataset.title, "reason": s.message} for s in plan.skipped]
    )


def run_page(plan: Plan, downloads: Iterable[Download], result: MergeResult) -> str:
    """Tables of the data read from each dataset, and of the results."""
    rows = [
        {
            "dataset": download.reading.dataset.id,
            "title": download.reading.dataset.title,
            "API": download.transport or download.reading.transport,
            "seconds": round(download.seconds, 1),
            **{name: value for name, value in counts.items() if isinstance(value, int)},
        }
        for download in downloads
        if (counts := result.by_dataset.get(download.reading.dataset.id))
    ]
    return (
        f"{escape_markdown(result.message)}\n\n## Datasets\n{table(rows)}\n\n"
        f"## Skipped\n{skipped_table(plan)}\n\n## Rejected rows\n{rejected_table(result.reasons)}\n"
    )


def rejected_table(reasons: Iterable[Mapping[str, Any]]) -> str:
    """Rejected rows by dataset and reason, with example numbers."""
    return table([{**reason, "examples": _joined(reason["examples"])} for reason in reasons])


def _joined(examples: Sequence[str | None] | None) -> str:
    return ", ".join(repr(example) for example in examples or () if example)


def checks_page(checks: Iterable[Any]) -> str:
    """The quality checks as Markdown."""
    return table([asdict(check) for check in checks])


def slack_text(
    stage: str, status: str, message: str, problems: Iterable[str], seconds: float, link: str
) -> str:
    """Outcome, duration, problems and a link, without any other markup. ``status`` is one of SIGNS."""
    lines = [f"{SIGNS[status]} *311 data, {stage}* ({seconds:.0f} s): {_plain(message)}"]
    lines += [_plain(problem) for problem in problems]
    if link:
        lines.append(f"<{link}|more>")
    return "\n".join(lines)


def status_of(plan: Plan, result: MergeResult) -> str:
    """The status of a merged run; a failed check would have stopped it."""
    if plan.skipped:
        return "partial"
    return "warn" if any(check.status != "ok" for check in result.checks) else "ok"


def problems_of(plan: Plan, checks: Iterable[Check]) -> list[str]:
    """One line for each skipped dataset, and for the first checks that are not ok; notices come last.

    A notice may persist for weeks and must not hide what is new.
    """
    lines = [f"Skipped: {skip.dataset.title}: {skip.message}" for skip in plan.skipped]
    found = sorted((check for check in checks if check.status != "ok"), key=lambda c: c.name == NOTICE)
    lines += [
        f"{c.name}: {'. '.join(text for text in (c.value, c.meaning) if text)}"
        for c in found[:MAX_LISTED_CHECKS]
    ]
    rest = len(found) - MAX_LISTED_CHECKS
    return [*lines, f"and {rest} more: see the data quality report"] if rest > 0 else lines


def failure_page(error: DataError) -> str:
    """The data errors of a failed run."""
    return f"{escape_markdown(failure_text(error))}\n\n## Rejected rows\n{rejected_table(error.reasons)}\n"


def _plain(text: str) -> str:
    """Escapes the three characters that Slack interprets as links and mentions."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
