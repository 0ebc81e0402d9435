"""The targets of the Makefile, from the comments that `make help` prints."""

from __future__ import annotations

import re

TARGET = re.compile(r"^([a-z-]+):.*## (.*)$", re.MULTILINE)


def read(makefile: str) -> dict[str, str]:
    """Every documented target and what it does."""
    return dict(TARGET.findall(makefile))


def table(makefile: str) -> str:
    """The targets as Markdown, in the order of the Makefile."""
    rows = [f"| `make {name}` | {_code(text)} |" for name, text in read(makefile).items()]
    return "\n".join(["| target | what it does |", "|---|---|", *rows, ""])


def _code(text: str) -> str:
    """Variables and commands in code style."""
    return re.sub(r'\b[A-Z]+=(?:"[^"]*"|\S+)', lambda found: f"`{found[0]}`", text)
