from __future__ import annotations

import re
from pathlib import Path

from pipeline.files.columns import COLUMNS, TABLE_SCHEMA_TYPES

DOCUMENT = Path(__file__).parents[4] / "docs" / "files.md"


def test_documentation_describes_every_column() -> None:
    rows = re.findall(r"^\| `([A-Za-z]+)` \| (\w+) \| (.+) \|$", DOCUMENT.read_text(), re.MULTILINE)
    assert rows == [(c.name, TABLE_SCHEMA_TYPES[c.kind], c.description) for c in COLUMNS]
