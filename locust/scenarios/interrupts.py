"""An interrupt ends a run in an orderly way, regardless of what its users are doing."""

from __future__ import annotations

import signal
from typing import Any

import gevent


def end_orderly(**_: Any) -> None:
    """Raise KeyboardInterrupt in the main greenlet, in which Locust handles it.

    Python raises it in whichever greenlet is running. If that is one of several parallel requests, the user
    that waits for them raises it again, and Locust ends before it has written its reports.
    """
    if signal.getsignal(signal.SIGINT) != signal.SIG_IGN:
        main, hub = gevent.getcurrent(), gevent.get_hub()
        gevent.signal_handler(signal.SIGINT, hub.loop.run_callback, main.throw, KeyboardInterrupt)
