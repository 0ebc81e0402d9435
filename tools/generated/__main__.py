"""Write ``.env.example``, badges and the tables of the READMEs; with ``--check`` only report stale files.

A table is between ``<!-- generated: NAME -->`` and ``<!-- end -->``, where NAME is a key of ``tables()``.
"""

from __future__ import annotations

import re
import subprocess
import sys
from functools import partial
from pathlib import Path

from tools.bench.growth import growth_table
from tools.console import say
from tools.generated import badges, settings_classes, small_tables
from tools.paths import ROOT
from tools.problem import Problem, guarded

BLOCK = re.compile(r"(<!-- generated: (.+?) -->\n).*?(<!-- end -->)", re.DOTALL)


def tables() -> dict[str, str]:
    """Every generated table by its name."""
    found = settings_classes.read()
    return {
        "growth": growth_table(),
        "targets": small_tables.target_table((ROOT / "Makefile").read_text()),
        "exit codes": small_tables.exit_code_table(small_tables.exit_codes()),
        **{f"settings {one.folder}": settings_classes.table(one) for one in found},
    }


def documents() -> dict[Path, str]:
    """Every file with generated text, as it should be. Raises Problem for a table that does not exist."""
    known = tables()
    try:
        written = {path: BLOCK.sub(partial(_fill, known), path.read_text()) for path in _markdown_files()}
    except KeyError as error:
        raise Problem(f"there is no table {error}, only {', '.join(sorted(known))}.") from error
    made = badges.badges((ROOT / "LICENSE").read_text(), (ROOT / "CHANGES.md").read_text())
    pictures = {ROOT / path: text for path, text in made.items()}
    return {ROOT / ".env.example": settings_classes.example(settings_classes.read()), **pictures, **written}


def _markdown_files() -> list[Path]:
    command = ["git", "ls-files", "-co", "--exclude-standard", "*.md"]
    listed = subprocess.check_output(command, cwd=ROOT, text=True).split()
    return [ROOT / name for name in listed if (ROOT / name).is_file()]


def _fill(known: dict[str, str], block: re.Match[str]) -> str:
    return block[1] + known[block[2]] + block[3]


def main() -> int:
    stale = {path: text for path, text in documents().items() if path.read_text() != text}
    if "--check" not in sys.argv[1:]:
        for path, text in stale.items():
            path.write_text(text)
        return 0
    for path in stale:
        say(f"{path.relative_to(ROOT)} is stale: run `make format` and commit it.")
    return int(bool(stale))


if __name__ == "__main__":
    sys.exit(guarded(main))
