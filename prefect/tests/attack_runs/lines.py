"""The reports of an attacker: JSON lines on standard output, which ``tools.attack`` adds up."""

from __future__ import annotations

import json

MAX_TEXT_LENGTH = 2_000


def count(subject: str, what: str, amount: int = 1) -> None:
    """Add to a count of a subject."""
    print(json.dumps({"subject": subject, "counts": {what: amount}}), flush=True)


def violation(subject: str, text: str) -> None:
    """Report a broken guarantee, with the details needed to reproduce it."""
    print(json.dumps({"subject": subject, "violation": text[:MAX_TEXT_LENGTH]}), flush=True)
