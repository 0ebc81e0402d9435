"""A mistake in ``city.toml`` is named with its line, and editors know the keys."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.city import CITIES, load_city
from pipeline.city_schema import schema_text
from pipeline.errors import IngestError

NYC = (CITIES / "nyc" / "city.toml").read_text()


def line_of(text: str, part: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if part in line)


def load_text(text: str, folder: Path) -> None:
    (folder / "nyc").mkdir()
    (folder / "nyc" / "city.toml").write_text(text)
    load_city("nyc", folder)


@pytest.mark.parametrize(
    ("old", "new", "at", "words"),
    [
        (
            "unreviewed_share = 1",
            "unreviewd_share = 1",
            "unreviewd_share",
            "limits.unreviewd_share: no such key",
        ),
        ('key = "nyc"', 'key = "nyc"\nmood = "good"', "mood", "mood: no such key"),
        ("code = '4\\1'", "cod = '4\\1'", "cod = '4", "patterns.area.3.cod: no such key"),
        ("first_day = 2010-01-01", 'first_day = "long ago"', "long ago", "dataset.0.first_day: "),
        ("west = -74.3", "west = -734.3", "west = ", "bounds.west: "),
        ('id = "jp9i-3b7y"', "", "[boundaries]", "boundaries.id: is missing"),
        ('area = ["community_board"]', 'ara = ["x"]', "[schema.requests]", "unknown columns"),
        ("[[dataset]]", "[[datasets]]", "[[datasets]]", "datasets: no such key"),
        (
            'srnumber = ["unique_key"]',
            "srnumber = 'x'",
            "srnumber",
            'list of column names, such as ["sr_number"]',
        ),
        ('ended_statuses = ["Closed"]', "ended_statuses = 'Closed'", "ended_", 'texts, such as ["Closed"]'),
        ("[[dataset]]", "[dataset]", "[dataset]", "each under a header in double brackets"),
    ],
)
def test_a_mistake_is_named_with_its_line(old: str, new: str, at: str, words: str, tmp_path: Path) -> None:
    text = NYC.replace(old, new, 1)
    with pytest.raises(IngestError) as caught:
        load_text(text, tmp_path)
    assert f"nyc/city.toml, line {line_of(text, at)}: " in str(caught.value)
    assert words in str(caught.value)


def test_text_that_is_no_toml_is_named_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(IngestError, match=r"not valid TOML.*line 2"):
        load_text('key = "nyc"\nname =\n', tmp_path)


def test_the_schema_of_editors_is_current() -> None:
    """``python -m pipeline.city_schema > cities/city.schema.json`` writes it."""
    assert (CITIES / "city.schema.json").read_text() == schema_text()


def test_editors_accept_one_property_of_the_polygons_as_the_loader_does() -> None:
    declared = json.loads(schema_text())["$defs"]["BoundaryDataset"]["properties"]["code"]
    assert {"type": "string"} in declared["anyOf"]


@pytest.mark.parametrize("path", sorted(CITIES.glob("*/city.toml")), ids=lambda path: path.parent.name)
def test_every_declaration_names_the_schema(path: Path) -> None:
    assert path.read_text().startswith("#:schema ../city.schema.json\n")
