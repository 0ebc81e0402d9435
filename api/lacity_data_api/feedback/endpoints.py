from __future__ import annotations

from fastapi import Request
from starlette.responses import Response

from lacity_data_api.feedback.delivery import Delivery
from lacity_data_api.feedback.limits import MessageLimits
from lacity_data_api.feedback.schemas import Message, Received
from lacity_data_api.openapi import UNAVAILABLE, Problem, Responses
from lacity_data_api.responses import json_response
from lacity_data_api.routing import strict_router
from lacity_data_api.state import state_of

router = strict_router("/feedback", "feedback")

RESPONSES: Responses = {
    201: {"model": Received},
    429: {"model": Problem, "description": "Too many messages from this client, or from all clients"},
    **UNAVAILABLE,
}


@router.post("", status_code=201, responses=RESPONSES)
async def send_feedback(request: Request, message: Message) -> Response:
    """Send a message to the team. Mail is never sent to an address in a message."""
    delivery = Delivery(state_of(request).settings)
    delivery.check()
    limits: MessageLimits = request.app.state.message_limits
    await limits.take(request.client.host if request.client else "")
    await delivery.deliver(message)
    return json_response({"success": True}, 201)
