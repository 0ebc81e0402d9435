"""Routes that reject unknown query parameters, and how an app gets its routes."""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine
from difflib import get_close_matches
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.responses import Response

from lacity_data_api.errors import InvalidError

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")


def _hint(name: str, known: set[str]) -> str:
    """The parameter that the client probably meant: ``typeId`` and ``type_id[]`` mean ``type_id``."""
    plain = CAPITAL.sub("_", name.partition("[")[0]).lower()
    longer = [other for other in sorted(known) if plain and other.startswith(plain)]
    if guesses := longer or get_close_matches(plain, sorted(known), n=1):
        return f"unknown parameter; did you mean {guesses[0]}?"
    return f"unknown parameter; there are {', '.join(sorted(known))}" if known else "takes no parameters"


def _query_parameters(dependant: Dependant) -> set[str]:
    own = {parameter.alias for parameter in dependant.query_params}
    return own.union(*map(_query_parameters, dependant.dependencies))


class StrictRoute(APIRoute):
    """An unknown parameter returns 422, because ignoring a misspelled filter would return everything."""

    def get_route_handler(self) -> Handler:
        handle = super().get_route_handler()
        known = _query_parameters(self.dependant)

        async def checked(request: Request) -> Response:
            for name in request.query_params:
                if name not in known:
                    raise InvalidError(["query", name], _hint(name, known), "unknown_parameter")
            return await handle(request)

        return checked


def strict_router(prefix: str, tag: str) -> APIRouter:
    """A router of our own API; only the first version's routes stay lenient."""
    return APIRouter(prefix=prefix, tags=[tag], route_class=StrictRoute)


def add_routes(app: FastAPI, router: APIRouter) -> None:
    """Add the router's routes as they are.

    ``include_router`` would build each again while the first requests wait, and match it more slowly.
    """
    app.router.routes.extend(router.routes)
