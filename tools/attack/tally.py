"""Counts and violations, which the attackers report as lines of JSON on their standard output."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

MAX_TEXT_LENGTH = 2_000
KEPT_VIOLATIONS = 30
KIND_LENGTH = 60
DIGITS = re.compile(r"\d+")


def report(subject: str, counts: Mapping[str, int] | None = None, violation: str = "") -> None:
    """Write a line for the tally: amounts to add to a subject's counts, or a broken promise."""
    line: dict[str, object] = {"subject": subject}
    line |= {"counts": counts} if counts else {}
    line |= {"violation": violation[:MAX_TEXT_LENGTH]} if violation else {}
    print(json.dumps(line), flush=True)


@dataclass
class Tally:
    """Counts by subject, and violations of promises: their number, and the first of each subject."""

    counts: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    violations: Counter[str] = field(default_factory=Counter)
    texts: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def take(self, line: str) -> bool:
        """Add a line of an attacker's output; False if it is not a report."""
        try:
            said = json.loads(line)
            subject = str(said["subject"])
        except (ValueError, KeyError, TypeError):
            return False
        self.counts[subject].update({name: int(amount) for name, amount in said.get("counts", {}).items()})
        if text := said.get("violation"):
            self.violate(subject, text)
        return True

    def violate(self, subject: str, text: str) -> None:
        """Count a violation; of texts that begin alike only the first is kept, and only a few per subject."""
        self.violations[subject] += 1
        kind = DIGITS.sub("0", text[:KIND_LENGTH])
        known = {DIGITS.sub("0", one[:KIND_LENGTH]) for one in self.texts[subject]}
        if kind not in known and len(self.texts[subject]) < KEPT_VIOLATIONS:
            self.texts[subject].append(text)

    def total(self, name: str) -> int:
        """A count, summed over all subjects."""
        return sum(counts[name] for counts in self.counts.values())

    def describe(self) -> str:
        """A one-line summary of the progress."""
        parts = (
            f"{self.total('inputs'):,} inputs",
            f"{self.total('kills'):,} kills",
            f"{self.total('crashes of Postgres'):,} crashes of Postgres",
            f"{self.total('comparisons'):,} comparisons of all rows",
            f"{self.total('equal responses'):,} equal responses",
            f"{self.violations.total():,} violations",
        )
        return ", ".join(parts)
