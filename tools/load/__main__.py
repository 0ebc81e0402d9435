"""``python3 -m tools.load``."""

from __future__ import annotations

import signal
import sys

from tools.load.run import load
from tools.problem import guarded

if __name__ == "__main__":
    # A shell that starts this in the background makes it ignore interrupts, and Locust would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.exit(guarded(lambda: load(sys.argv[1:])))
