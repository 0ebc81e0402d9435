"""Limits the heaps of glibc: by default, each thread has its own and keeps the memory that it frees."""

from __future__ import annotations

import ctypes
from contextlib import suppress

# https://man7.org/linux/man-pages/man3/mallopt.3.html
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8
SETTINGS = {
    # Because of the GIL, only one thread at a time allocates anyway.
    M_ARENA_MAX: 2,
    # The columns of a large frame have their own mappings, which are returned to the system when freed.
    M_MMAP_THRESHOLD: 262_144,
    M_TRIM_THRESHOLD: 1_048_576,
}


def share_heaps() -> None:
    """Make the threads that this process starts from now on share two heaps, if its C library is glibc."""
    with suppress(AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        for name, value in SETTINGS.items():
            mallopt(name, value)
