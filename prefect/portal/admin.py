"""``/_portal``: faults and edits over HTTP, for tests that drive a portal in another process."""

from __future__ import annotations

import json
from typing import Any

from portal.controller import Controller
from portal.errors import SodaError
from portal.faults import fault_from
from portal.messages import Answer, Request, json_answer
from portal.routes import refusal


def administer(controller: Controller, request: Request) -> Answer:
    """Do what the POST asks; 400 with a message when it cannot be understood."""
    action = {"/_portal/faults": _set_faults, "/_portal/rows": _edit_rows}.get(request.path)
    if action is None:
        return refusal(SodaError("not_found", "Not found", 404))
    try:
        return json_answer(action(controller, json.loads(request.body or b"{}")))
    except SodaError as error:
        return refusal(error)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        return refusal(SodaError("invalid_request", str(error)))


def _set_faults(controller: Controller, wanted: dict[str, Any]) -> dict[str, object]:
    added = [fault_from(item) for item in wanted.get("faults", [])]
    if wanted.get("clear", True):
        controller.behave()
    for fault in added:
        controller.portal.board.add(fault)
    return {"faults": len(added), "fired": controller.fired()}


def _edit_rows(controller: Controller, wanted: dict[str, Any]) -> dict[str, object]:
    dataset_id = str(wanted.get("dataset", ""))
    stamps = [controller.upsert(row, dataset_id) for row in wanted.get("upsert", [])]
    deleted = sum(controller.delete(str(key), dataset_id) for key in wanted.get("delete", []))
    touched = (
        controller.touch(dataset_id, int(wanted["touch"]), wanted.get("changes")) if "touch" in wanted else 0
    )
    return {"updated_at": stamps, "deleted": deleted, "touched": touched}
