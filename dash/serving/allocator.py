"""How glibc shares memory between threads: by default each has a heap, and keeps what it frees there."""

from __future__ import annotations

import ctypes
from contextlib import suppress

# https://man7.org/linux/man-pages/man3/mallopt.3.html
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8
SETTINGS = {
    # Python's lock lets one thread at a time allocate anyway.
    M_ARENA_MAX: 2,
    # The columns of a large frame have pages of their own, which are returned when they are freed.
    M_MMAP_THRESHOLD: 262_144,
    M_TRIM_THRESHOLD: 1_048_576,
}


def share_heaps() -> None:
    """Let the threads that this process starts from now on share two heaps, if its C library has any."""
    with suppress(AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        for name, value in SETTINGS.items():
            mallopt(name, value)
