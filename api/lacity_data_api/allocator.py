"""How glibc keeps freed memory: by default it raises its thresholds with each large block that is freed."""

from __future__ import annotations

import ctypes
from contextlib import suppress

# https://man7.org/linux/man-pages/man3/mallopt.3.html
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8
SETTINGS = {
    # Larger blocks, such as bodies, have pages of their own that are returned when they are freed.
    M_MMAP_THRESHOLD: 262_144,
    M_TRIM_THRESHOLD: 1_048_576,
    # Threads only compress; each would have a heap of its own.
    M_ARENA_MAX: 2,
}


def give_back_freed_memory() -> None:
    """Fix the thresholds of this process, if its C library has any."""
    with suppress(AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        for name, value in SETTINGS.items():
            mallopt(name, value)
