from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from lacity_data_api.feedback.delivery import Delivery
from lacity_data_api.feedback.schemas import Message, Received
from lacity_data_api.openapi import UNAVAILABLE, Problem, Responses
from lacity_data_api.responses import json_response
from lacity_data_api.state import state_of

router = APIRouter(prefix="/feedback", tags=["feedback"])

RESPONSES: Responses = {
    201: {"model": Received},
    429: {"model": Problem, "description": "Too many messages from this client, or from all"},
    **UNAVAILABLE,
}


@router.post("", status_code=201, responses=RESPONSES)
async def send_feedback(request: Request, message: Message) -> Response:
    """Hands a message to the team. No mail ever goes to an address that a message names."""
    state = state_of(request)
    delivery = Delivery(state.settings)
    delivery.check()
    await state.limits.take(request.client.host if request.client else "")
    await delivery.deliver(message)
    return json_response({"success": True}, 201)
