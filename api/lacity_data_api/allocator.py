"""Pins glibc's malloc thresholds, which by default rise with each large block that is freed."""

from __future__ import annotations

import ctypes
from contextlib import suppress

# https://man7.org/linux/man-pages/man3/mallopt.3.html
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8
SETTINGS = {
    # Larger blocks, such as response bodies, are allocated with mmap and returned to the system when freed.
    M_MMAP_THRESHOLD: 262_144,
    M_TRIM_THRESHOLD: 1_048_576,
    # Threads are used only for compression; without this limit each would get its own arena.
    M_ARENA_MAX: 2,
}


def pin_malloc_thresholds() -> None:
    """Set the thresholds for this process, if its C library supports them."""
    with suppress(AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        for name, value in SETTINGS.items():
            mallopt(name, value)
