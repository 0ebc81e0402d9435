"""Reads Excel files: the values of their only sheet."""

from __future__ import annotations

import io
import re
import zipfile
from xml.etree import ElementTree as ET

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def cells(body: bytes) -> list[dict[str, tuple[str, str]]]:
    """Each row: column letter → kind of the cell and its text."""
    with zipfile.ZipFile(io.BytesIO(body)) as files:
        sheet = ET.fromstring(files.read("xl/worksheets/sheet1.xml"))  # noqa: S314 (the file is ours)
        names = [name for name in files.namelist() if "external" in name.lower()]
    assert names == []
    return [
        {re.sub(r"\d", "", cell.get("r", "")): _cell(cell) for cell in row}
        for row in sheet.iter(f"{MAIN}row")
    ]


def _cell(cell: ET.Element) -> tuple[str, str]:
    assert cell.find(f"{MAIN}f") is None, "no cell is a formula"
    return cell.get("t", "n"), "".join(cell.itertext())


def column(body: bytes, title: str) -> list[str]:
    """The values below a heading."""
    first, *rest = cells(body)
    (letter,) = (place for place, (_, text) in first.items() if text == title)
    return [row[letter][1] if letter in row else "" for row in rest]
