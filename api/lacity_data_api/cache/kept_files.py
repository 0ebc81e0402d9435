"""Long responses as files: kept until their data changes, and shared by all workers of this machine."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from typing import BinaryIO, NamedTuple, Self

log = logging.getLogger(__name__)

MB = 1_000_000
# Smaller responses are produced quickly, and a folder of many files takes long to list.
MIN_BYTES = MB
PREFIX = "311-export-"
# Between the first day, the last day, the version and the key.
SEPARATORS = 3
# Files of another database that no API uses any longer, such as one that has moved to another host.
ABANDONED_SECONDS = 7 * 24 * 3600.0
# A copy that does not grow for longer belongs to a client that has stalled, or to a worker that was killed.
GROWING_SECONDS = 2.0


class Days(NamedTuple):
    """The first and the last day of a period, as Postgres reads them; without limits, all days."""

    first: str = "-infinity"
    last: str = "infinity"


class Content(NamedTuple):
    """What a file contains: the response with this key, of one version of the requests of some days."""

    key: str
    days: Days
    version: str


class KeptFiles:
    """Files of one database, each with one version of the requests of some days; nothing without a folder.

    A failure of the disk counts as a missing file, never as an error.
    """

    def __init__(self, folder: str, most_mb: int, database: str) -> None:
        self._folder = Path(folder) if folder else None
        self._most_bytes = most_mb * MB
        self._prefix = f"{PREFIX}{database}-"

    @property
    def is_used(self) -> bool:
        """Whether there is a folder."""
        return self._folder is not None

    def open(self) -> None:
        """Create the folder, or remove all files from it: the database may have been restored since then."""
        if self._folder:
            with suppress(OSError):
                self._folder.mkdir(parents=True, exist_ok=True)
            self.clear()
            for used, _, path in self._with_prefix(PREFIX):
                if used < time.time() - ABANDONED_SECONDS:
                    _remove(path)

    def find(self, content: Content) -> BinaryIO | None:
        """The kept file; None if there is none."""
        if not self._folder:
            return None
        path = self._folder / self._name(content)
        with suppress(OSError), ExitStack() as stack:
            os.utime(path)
            file = stack.enter_context(path.open("rb"))
            # A disk that fails shows it now, when the response can still come from the database.
            file.peek(1)
            stack.pop_all()
            return file
        return None

    def is_growing(self, content: Content) -> bool:
        """Whether this response is being sent to another client and written to a file."""
        copies = self._with_prefix(f"{self._name(content)}.")
        return any(_is_growing(path, used) for used, _, path in copies)

    def copy(self, content: Content) -> FileCopy:
        """A new file that becomes visible when it is finished."""
        path = self._folder / self._name(content) if self._folder else None
        return FileCopy(path, self._most_bytes // 4)

    def days(self) -> set[Days]:
        """The periods of all files."""
        return {self._content(path).days for _, _, path in self._own()}

    def keep_only(self, versions: Mapping[Days, str]) -> None:
        """Remove other versions of the files of these days, and the least recently used above the limit."""
        left = self._most_bytes
        for used, size, path in sorted(self._own(), reverse=True):
            _, days, version = self._content(path)
            is_current = versions.get(days, version) == version
            left -= size if is_current else 0
            # What grows is checked when it is finished.
            if (not is_current or left < 0) and not _is_growing(path, used):
                _remove(path)

    def clear(self) -> None:
        """Remove all files."""
        for _, _, path in self._own():
            _remove(path)

    def _name(self, content: Content) -> str:
        return self._prefix + "_".join((*content.days, content.version, content.key))

    def _content(self, path: Path) -> Content:
        first, last, version, key = path.name.removeprefix(self._prefix).split("_")
        return Content(key, Days(first, last), version)

    def _own(self) -> list[tuple[float, int, Path]]:
        """The files of this database. Names of another form are not ours."""
        files = self._with_prefix(self._prefix)
        return [one for one in files if one[2].name.removeprefix(self._prefix).count("_") == SEPARATORS]

    def _with_prefix(self, prefix: str) -> list[tuple[float, int, Path]]:
        """Time of the last use, size and path of the files whose names begin like this."""
        found: list[tuple[float, int, Path]] = []
        with suppress(OSError):
            for path in self._folder.glob(f"{prefix}*") if self._folder else ():
                # Another worker may have removed it.
                with suppress(OSError):
                    status = path.stat()
                    found.append((status.st_mtime, status.st_size, path))
        return found


class FileCopy:
    """A copy of a response that is being sent; given up when the disk fails or the copy gets too long.

    Leaving the context without ``finish`` removes it.
    """

    def __init__(self, path: Path | None, most_bytes: int) -> None:
        self._path, self._left = path, most_bytes
        self._file: BinaryIO | None = None

    def __enter__(self) -> Self:
        if self._path:
            self._partial = self._path.with_name(f"{self._path.name}.{token_hex(4)}")
            with _reported():
                self._file = self._partial.open("xb")
        return self

    def __exit__(self, *_: object) -> None:
        if self._file:
            with suppress(OSError):
                self._file.close()
            _remove(self._partial)
            self._file = None

    def write(self, part: bytes) -> None:
        """Append a part of the response."""
        if not self._file:
            return
        self._left -= len(part)
        with _reported():
            self._file.write(part)
            if self._left >= 0:
                return
        self.__exit__()

    def finish(self) -> None:
        """Make the copy visible under its name, unless it is small."""
        if self._file and self._path and self._file.tell() >= MIN_BYTES:
            with _reported():
                self._file.close()
                self._partial.replace(self._path)
                self._file = None


@contextmanager
def _reported() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        log.warning("A response was not kept as a file: %s", error)


def _is_growing(path: Path, used: float) -> bool:
    return "." in path.name and used > time.time() - GROWING_SECONDS


def _remove(path: Path) -> None:
    with suppress(OSError):
        path.unlink()
