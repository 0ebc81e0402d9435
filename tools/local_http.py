"""HTTP requests to programs on this machine."""

from __future__ import annotations

import urllib.request
from http.client import HTTPResponse
from typing import cast


def open_local(request: str | urllib.request.Request, timeout: float) -> HTTPResponse:
    """Send a request to a program on this machine, bypassing any proxy. Raises OSError if it fails."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    return cast("HTTPResponse", direct.open(request, timeout=timeout))
