"""The example of the guide for another city is a declaration that can be read."""

from __future__ import annotations

import re
from pathlib import Path

from pipeline.city import load_city

GUIDE = Path(__file__).parents[4] / "docs" / "add_a_city.md"


def test_the_example_of_the_guide_is_a_declaration(tmp_path: Path) -> None:
    (example,) = re.findall(r"^```toml\n(.*?)^```$", GUIDE.read_text(), re.DOTALL | re.MULTILINE)
    (tmp_path / "austin").mkdir()
    (tmp_path / "austin" / "city.toml").write_text(example)
    city = load_city("austin", tmp_path)
    assert (city.key, city.boundaries, city.datasets[0].last_day) == ("austin", None, None)
