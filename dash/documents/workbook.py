"""Excel files, written row by row, so that only one row is in memory."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import IO, Any

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

# Cells have the type of their value: text is never run as a formula or opened as a link.
OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_date_format": "yyyy-mm-dd hh:mm",
}
WIDE, USUAL = 30, 16


def workbook(columns: Sequence[str], rows: Iterable[Sequence[Any]], title: str) -> IO[bytes]:
    """A temporary file, removed when it is closed, with one sheet whose first row stays in view."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 (the caller closes it)
    with xlsxwriter.Workbook(file, OPTIONS) as book:
        sheet = book.add_worksheet(title)
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(columns) - 1, USUAL)
        bold = book.add_format({"bold": True})
        for place, name in enumerate(columns):
            sheet.write_string(0, place, name, bold)
        for number, row in enumerate(rows, start=1):
            _write(sheet, number, row)
    file.seek(0)
    return file


def _write(sheet: Worksheet, number: int, row: Sequence[Any]) -> None:
    for place, value in enumerate(row):
        if isinstance(value, bool):
            sheet.write_boolean(number, place, value)
        elif isinstance(value, int | float):
            sheet.write_number(number, place, value)
        elif isinstance(value, date | datetime):
            sheet.write_datetime(number, place, value)
        elif value is not None:
            sheet.write_string(number, place, str(value))
