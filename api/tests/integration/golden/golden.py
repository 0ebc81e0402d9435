"""Recorded responses of the original, and ours to the same requests with its ids."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import httpx

from tests.support.ingest import GOLDEN, SAMPLE
from tests.support.serving import Api

ID_KEYS = ("requestId", "request_id")
# Keys that the original did not have; they always come after its own.
NEW_KEYS = ("groupId", "groupName", "isOpen", "isDuplicate", "outcome", "reason")


@dataclass(frozen=True)
class Recorded:
    method: str
    path: str
    body: Any
    status: int
    answer: Any

    def ask(self, api: Api) -> httpx.Response:
        """Send the same request to our API."""
        if self.method == "POST":
            return api.post(self.path, self.body)
        return api.client.get(self.path)


def recorded(name: str) -> Recorded:
    content = json.loads((GOLDEN / f"{name}.json").read_text())
    request = content["request"]
    return Recorded(
        request["method"], request["path"], request["json"], content["status"], content["response"]
    )


def original_ids() -> dict[str, int]:
    """The original's ids by srnumber: it numbered the rows of the sample from 1."""
    rows = json.loads(SAMPLE.read_text())
    return {row["srnumber"]: number for number, row in enumerate(rows, start=1)}


def with_ids(content: Any, ids: dict[int, int]) -> Any:
    """The same content with other request ids."""
    if isinstance(content, list):
        return [with_ids(item, ids) for item in content]
    if isinstance(content, dict):
        return {key: ids[value] if key in ID_KEYS else with_ids(value, ids) for key, value in content.items()}
    return content


def without_new_keys(content: Any) -> Any:
    """The content with the original's keys only; new keys must come last."""
    if isinstance(content, list):
        return [without_new_keys(item) for item in content]
    kept = {key: value for key, value in content.items() if key not in NEW_KEYS}
    assert list(content)[: len(kept)] == list(kept)
    assert len(kept) < len(content)
    return kept


def ended() -> set[int]:
    """The original's ids of requests that have no closed date but are over according to their status."""
    rows = json.loads(SAMPLE.read_text())
    return {
        number
        for number, row in enumerate(rows, start=1)
        if row["status"] == "Closed" and not row.get("closeddate")
    }


def sorted_items(content: Any) -> Any:
    """Lists and features in a fixed order, for routes that never guaranteed one."""
    if isinstance(content, dict):
        return {key: sorted_items(value) for key, value in content.items()}
    if isinstance(content, list) and content and isinstance(content[0], dict):
        return sorted(content, key=lambda item: json.dumps(item, sort_keys=True))
    return content


def types_of(content: Any) -> Any:
    """Keys in their order, and the types of values; all numbers count as one type."""
    if isinstance(content, dict):
        return {key: types_of(value) for key, value in content.items()}
    if isinstance(content, list):
        return [types_of(item) for item in content[:1]]
    return "number" if isinstance(content, int | float) else type(content).__name__
