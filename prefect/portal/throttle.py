"""App tokens, and the rate limit for requests without one."""

from __future__ import annotations

import threading
import time
from collections import deque

from portal.errors import bad_token, throttled, token_required
from portal.messages import Request

WINDOW_SECONDS = 60.0


class Throttle:
    """Allows each client at most ``per_minute`` requests without a token (0: no limit).

    If ``tokens`` is given, any other token is rejected with 403, as on the real portal.
    """

    def __init__(self, per_minute: int = 0, tokens: frozenset[str] = frozenset()) -> None:
        self.per_minute = per_minute
        self.tokens = tokens
        self._lock = threading.Lock()
        self._sent: dict[str, deque[float]] = {}

    def check(self, request: Request, *, needs_token: bool = False) -> None:
        """Raises SodaError: 403 for a wrong or missing token, 429 with the time to wait if over the limit."""
        token = request.app_token
        if token and self.tokens and token not in self.tokens:
            raise bad_token()
        if needs_token and not token:
            raise token_required()
        if token or not self.per_minute:
            return
        with self._lock:
            self._count(self._sent.setdefault(request.client, deque()), time.monotonic())

    def _count(self, sent: deque[float], now: float) -> None:
        while sent and now - sent[0] > WINDOW_SECONDS:
            sent.popleft()
        if len(sent) >= self.per_minute:
            raise throttled(max(1, round(WINDOW_SECONDS - (now - sent[0]))))
        sent.append(now)
