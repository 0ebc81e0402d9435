"""``/_portal``: faults and edits over HTTP, for tests that drive a portal in another process."""

from __future__ import annotations

import json
from typing import Any

from portal.controller import Controller
from portal.errors import SodaError
from portal.faults import fault_from
from portal.messages import Request, Response, json_response
from portal.routes import error_response


def administer(controller: Controller, request: Request) -> Response:
    """Carry out the command in the POST body; responds with 400 and a message if it is invalid."""
    actions = {
        "/_portal/faults": _set_faults,
        "/_portal/rows": _edit_rows,
        "/_portal/datasets": _edit_datasets,
    }
    action = actions.get(request.path)
    if action is None:
        return error_response(SodaError("not_found", "Not found", 404))
    try:
        return json_response(action(controller, json.loads(request.body or b"{}")))
    except SodaError as error:
        return error_response(error)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        return error_response(SodaError("invalid_request", f"{type(error).__name__}: {error}"))


def _set_faults(controller: Controller, wanted: dict[str, Any]) -> dict[str, object]:
    added = [fault_from(item) for item in wanted.get("faults", [])]
    if wanted.get("clear", True):
        controller.clear_faults()
    for fault in added:
        controller.portal.board.add(fault)
    return {"faults": len(added), "fired": controller.fired()}


def _edit_rows(controller: Controller, wanted: dict[str, Any]) -> dict[str, object]:
    dataset_id = str(wanted.get("dataset", ""))
    # Before the first edit, so that an invalid command changes nothing.
    amount = int(wanted.get("touch", 0))
    stamps = [controller.upsert(row, dataset_id) for row in wanted.get("upsert", [])]
    deleted = sum(controller.delete(str(key), dataset_id) for key in wanted.get("delete", []))
    turn = int(wanted["turn"]) if "turn" in wanted else None
    touched = controller.touch(dataset_id, amount, wanted.get("changes"), turn) if amount else 0
    return {"updated_at": stamps, "deleted": deleted, "touched": touched}


def _edit_datasets(controller: Controller, wanted: dict[str, Any]) -> dict[str, object]:
    stamps = [controller.republish(str(identifier)) for identifier in wanted.get("republish", [])]
    views = [controller.publish_view(**view) for view in wanted.get("views", [])]
    if "boundary_flaws" in wanted:
        controller.set_boundary_flaws(*wanted["boundary_flaws"])
    return {"republished": stamps, "views": views}
