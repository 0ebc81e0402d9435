"""Access to the admin routes."""

from __future__ import annotations

import secrets
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from lacity_data_api.errors import ForbiddenError, UnauthorizedError
from lacity_data_api.openapi import Problem, Responses
from lacity_data_api.state import state_of

bearer = HTTPBearer(auto_error=False, scheme_name="ADMIN_TOKEN", description="The server's admin token")

REJECTIONS: Responses = {
    401: {"model": Problem, "description": "The token is missing or wrong"},
    403: {"model": Problem, "description": "This server has no admin token: the route is closed"},
}


def admin(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]
) -> None:
    """Raises ForbiddenError if the server has no token, UnauthorizedError for a wrong or missing token."""
    token = state_of(request).settings.admin_token.get_secret_value()
    if not token:
        raise ForbiddenError
    given = credentials.credentials if credentials else ""
    if not secrets.compare_digest(given.encode(), token.encode()):
        raise UnauthorizedError


ADMIN_ONLY = [Depends(admin)]
