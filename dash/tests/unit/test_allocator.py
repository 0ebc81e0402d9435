"""Threads share heaps, so memory that one thread frees is available to the others."""

from __future__ import annotations

import ctypes
import subprocess
import sys
from pathlib import Path

import pytest

DASH = Path(__file__).parents[2]
# Eight threads allocate at the same time; the C library then lists the heaps of the process.
HEAPS = """
import ctypes, threading
from serving.allocator import share_heaps
{prepare}
library = ctypes.CDLL(None)
library.fdopen.restype = ctypes.c_void_p
everyone = threading.Barrier(9)
def allocate():
    library.malloc(1_000)
    everyone.wait()
    everyone.wait()
for _ in range(8):
    threading.Thread(target=allocate).start()
everyone.wait()
output = ctypes.c_void_p(library.fdopen(1, b"w"))
library.malloc_info(0, output)
library.fflush(output)
everyone.wait()
"""


def heaps(prepare: str) -> int:
    command = [sys.executable, "-c", HEAPS.format(prepare=prepare)]
    done = subprocess.run(command, cwd=DASH, capture_output=True, text=True, check=True)
    return done.stdout.count("<heap nr=")


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_info"), reason="another C library than glibc")
def test_threads_share_two_heaps() -> None:
    assert heaps("share_heaps()") <= 2 < heaps("")
