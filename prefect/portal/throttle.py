"""Who may ask, and how often: app tokens as the portal treats them."""

from __future__ import annotations

import threading
import time
from collections import deque

from portal.errors import SodaError
from portal.messages import Request

WINDOW_SECONDS = 60.0


class Throttle:
    """At most ``per_minute`` requests of one client without a token (0: no limit).

    With ``tokens`` given, a token that is not among them is refused with 403, as the real portal does.
    """

    def __init__(self, per_minute: int = 0, tokens: frozenset[str] = frozenset()) -> None:
        self.per_minute = per_minute
        self.tokens = tokens
        self._lock = threading.Lock()
        self._asked: dict[str, deque[float]] = {}

    def check(self, request: Request) -> None:
        """Raises SodaError 403 for a wrong token and 429, with the seconds to wait, over the limit."""
        token = request.app_token
        if token and self.tokens and token not in self.tokens:
            raise SodaError("permission_denied", "Invalid app_token specified", 403)
        if token or not self.per_minute:
            return
        with self._lock:
            self._count(self._asked.setdefault(request.client, deque()), time.monotonic())

    def _count(self, asked: deque[float], now: float) -> None:
        while asked and now - asked[0] > WINDOW_SECONDS:
            asked.popleft()
        if len(asked) >= self.per_minute:
            raise throttled(max(1, round(WINDOW_SECONDS - (now - asked[0]))))
        asked.append(now)


def throttled(retry_after_seconds: int | None = None) -> SodaError:
    message = "You have been throttled: too many requests. An app token raises the limit."
    return SodaError("too_many_requests", message, 429, retry_after_seconds)
