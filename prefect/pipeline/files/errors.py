"""A run whose data is loaded, but whose files are not written."""

from __future__ import annotations

from pipeline.errors import IngestError


class FilesError(IngestError):
    """The data is in the database; the files of the former generation stay. The next run writes them."""

    exit_code = 70
    who = "published without files"
