"""The smoke test: the public addresses answer, and with the new code."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from http.client import HTTPException

from deploy.target import Problem, Target

TIMEOUT_SECONDS = 10


def fetch(url: str) -> bytes:
    """The body of a 200; any other status raises ``OSError``, a truncated response ``HTTPException``."""
    with urllib.request.urlopen(url, timeout=TIMEOUT_SECONDS) as response:  # noqa: S310  our hosts
        body: bytes = response.read()
    return body


def complaints(target: Target, commit: str) -> list[str]:
    """Failed checks, one line each. With an empty ``commit`` any commit passes."""
    found = []
    for url in (
        f"{target.api_url}/status/ready",
        f"{target.api_url}/types",
        f"{target.api_url}/status/api",
        f"{target.reports_url}/ready",
    ):
        try:
            body = fetch(url)
        except (OSError, HTTPException) as error:
            found.append(f"{url}: {error}")
            continue
        if commit and url.endswith("/status/api") and commit_of(body) != commit:
            found.append(f"{url}: another commit than {commit} answers.")
    return found


def commit_of(body: bytes) -> str:
    """The commit in a response of ``/status/api``; empty when there is none."""
    try:
        return str(json.loads(body)["gitSha"])
    except (ValueError, KeyError, TypeError):
        return ""


def check(target: Target, commit: str, tries: int = 10, pause_seconds: float = 6) -> None:
    """Raises ``Problem`` when checks still fail at the last try."""
    for left in reversed(range(tries)):
        found = complaints(target, commit)
        if not found:
            return
        if left:
            time.sleep(pause_seconds)
    raise Problem("The smoke test failed:\n  " + "\n  ".join(found))
