"""Tables of the pipeline's exit codes and the Makefile's targets, from their definitions."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Mapping

from tools.paths import ROOT, python_of

READ = "import json; from pipeline.errors import EXIT_CODES; print(json.dumps(EXIT_CODES))"
TARGET = re.compile(r"^([a-z-]+):.*## (.*)$", re.MULTILINE)
VARIABLE = re.compile(r'\b[A-Z]+=(?:"[^"]*"|\S+)')


def exit_codes() -> dict[int, str]:
    """What each exit code means."""
    output = subprocess.check_output([python_of("prefect"), "-c", READ], cwd=ROOT / "prefect", text=True)
    return {int(code): meaning for code, meaning in sorted(json.loads(output.splitlines()[-1]).items())}


def exit_code_table(codes: Mapping[int, str]) -> str:
    """The codes as Markdown, in ascending order."""
    rows = [f"| {code} | {meaning} |" for code, meaning in sorted(codes.items())]
    return "\n".join(["| exit code | meaning |", "|---|---|", *rows, ""])


def target_table(makefile: str) -> str:
    """The targets as Markdown, in the order of the Makefile, with variables in code style."""
    rows = [
        f"| `make {name}` | {VARIABLE.sub(lambda found: f'`{found[0]}`', text)} |"
        for name, text in TARGET.findall(makefile)
    ]
    return "\n".join(["| target | what it does |", "|---|---|", *rows, ""])
