"""Keeps freed memory from staying with the process.

glibc's thresholds rise by default with each large block that is freed, so they are pinned.
"""

from __future__ import annotations

import asyncio
import ctypes
from contextlib import suppress

# https://man7.org/linux/man-pages/man3/mallopt.3.html
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8
SETTINGS = {
    # Larger blocks, such as response bodies, are allocated with mmap and returned to the system when freed.
    M_MMAP_THRESHOLD: 262_144,
    M_TRIM_THRESHOLD: 1_048_576,
    # Threads only compress responses and return memory; without this limit each would get its own arena.
    M_ARENA_MAX: 2,
}
PAUSE_SECONDS = 5.0


def pin_malloc_thresholds() -> None:
    """Set the thresholds for this process, if its C library supports them."""
    with suppress(AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        for name, value in SETTINGS.items():
            mallopt(name, value)


async def keep_returning_memory() -> None:
    """Return freed memory to the system every few seconds, until canceled.

    By itself glibc returns only what is above the last block in use: 400 MB stayed of 120 responses of 25 MB.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    while trim:
        await asyncio.sleep(PAUSE_SECONDS)
        # In another thread, because this takes up to a tenth of a second after large responses.
        await asyncio.to_thread(trim, 0)
