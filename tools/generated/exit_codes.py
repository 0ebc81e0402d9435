"""The pipeline's exit codes, from the module that defines them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping

from tools.paths import ROOT, python_of

READ = "import json; from pipeline.errors import EXIT_CODES; print(json.dumps(EXIT_CODES))"


def read() -> dict[int, str]:
    """What each exit code means."""
    said = subprocess.check_output([python_of("prefect"), "-c", READ], cwd=ROOT / "prefect", text=True)
    return {int(code): meaning for code, meaning in json.loads(said.splitlines()[-1]).items()}


def table(codes: Mapping[int, str]) -> str:
    """The codes as Markdown, in ascending order."""
    rows = [f"| {code} | {meaning} |" for code, meaning in sorted(codes.items())]
    return "\n".join(["| exit code | meaning |", "|---|---|", *rows, ""])
