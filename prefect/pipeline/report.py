"""What a night says of itself: one line for ``log``, tables for Prefect, a message for Slack."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from pipeline.download import Downloaded
from pipeline.merge import Merged
from pipeline.quality import Check, worst

TOTALS = ("read", "inserted", "updated", "unchanged", "refused", "elsewhere")


def dataset_rows(downloads: Iterable[Downloaded], merged: Merged) -> dict[str, dict[str, Any]]:
    """Per dataset what was read and what became of it, by dataset id."""
    rows: dict[str, dict[str, Any]] = {}
    for result in downloads:
        reading = result.reading
        if not reading.is_due:
            continue
        rows[reading.dataset.id] = {
            "title": reading.dataset.title,
            "published": reading.total,
            "start": reading.start,
            "seconds": round(result.seconds, 2),
            "missing": list(reading.missing),
            "added": list(reading.added),
            **result.counts,
            "inserted": 0,
            "updated": 0,
            "unchanged": 0,
            **merged.rows.get(reading.dataset.id, {}),
        }
    return rows


def totals(datasets: Mapping[str, Mapping[str, Any]], merged: Merged) -> dict[str, int]:
    """The columns of ``load_runs``."""
    summed = {name: sum(row[name] for row in datasets.values()) for name in TOTALS}
    return summed | {"retired": merged.retired}


def sentence(total: Mapping[str, int], merged: Merged, generation: int, *, is_dry: bool) -> str:
    """The run in one line."""
    read = f"{total['read']:,} rows read"
    refused = f", {total['refused']:,} refused" if total["refused"] else ""
    if not merged.is_visible:
        return f"Nothing changed: {read}{refused}, all as stored; generation {generation}"
    verb = "Would load" if is_dry else "Loaded"
    retired = f", {total['retired']:,} retired" if total["retired"] else ""
    polygons = ", new boundaries" if merged.boundaries.has_changed else ""
    changes = f"{total['inserted']:,} new, {total['updated']:,} updated{retired}{polygons}"
    return f"{verb} {changes}{refused} of {read}; generation {generation}"


def table(rows: Sequence[Mapping[str, object]]) -> str:
    """A Markdown table; the first row's keys are its head."""
    if not rows:
        return "none"
    head = list(rows[0])
    lines: list[Sequence[object]] = [head, ["---"] * len(head)]
    lines += [[row.get(name, "") for name in head] for row in rows]
    return "\n".join("| " + " | ".join(_cell(value) for value in line) + " |" for line in lines)


def _cell(value: object) -> str:
    text = f"{value:,}" if isinstance(value, int) else str(value)
    return text.replace("|", "\\|").replace("\n", " ")


def run_page(
    message: str, datasets: Mapping[str, Mapping[str, Any]], reasons: Sequence[Mapping[str, Any]]
) -> str:
    """The run as Markdown for its page in Prefect."""
    names = ("title", "published", *TOTALS, "seconds")
    rows = [{"dataset": key} | {name: row[name] for name in names} for key, row in datasets.items()]
    refused: list[dict[str, object]] = [
        {**reason, "examples": _joined(reason["examples"])} for reason in reasons
    ]
    return f"{message}\n\n## Datasets\n{table(rows)}\n\n## Refused rows\n{table(refused)}\n"


def _joined(examples: Sequence[str | None] | None) -> str:
    return ", ".join(repr(example) for example in examples or () if example)


def quality_page(checks: Sequence[Check]) -> str:
    """The quality report as Markdown."""
    return table([asdict(check) for check in checks])


def _plain(text: str) -> str:
    """With the three characters escaped that Slack reads as links and calls to everybody."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def slack_text(
    stage: str, status: str, message: str, checks: Sequence[Check], seconds: float, link: str
) -> str:
    """What Slack is told: outcome, counts, duration, the worst problem and a link, no markup else."""
    sign = {"INFO": ":white_check_mark:", "WARN": ":warning:", "ERROR": ":rotating_light:"}[status]
    lines = [f"{sign} *311 data, {stage}* ({seconds:.0f} s): {_plain(message)}"]
    if problem := worst(checks):
        lines.append(_plain(f"{problem.name}: {problem.value}. {problem.meaning}".rstrip()))
    if link:
        lines.append(f"<{link}|more>")
    return "\n".join(lines)
