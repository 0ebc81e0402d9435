"""Routes that reject unknown query parameters, and how an app gets its routes."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Coroutine
from difflib import get_close_matches
from functools import reduce
from operator import or_
from typing import Any, get_args, get_origin

from fastapi import APIRouter, FastAPI, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.responses import Response

from lacity_data_api.errors import InvalidError

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")


def _hint(name: str, known: Collection[str]) -> str:
    """The parameter that the client probably meant: ``typeId`` and ``type_id[]`` mean ``type_id``."""
    plain = CAPITAL.sub("_", name.partition("[")[0]).lower()
    longer = [other for other in sorted(known) if plain and other.startswith(plain)]
    if guesses := longer or get_close_matches(plain, sorted(known), n=1):
        return f"unknown parameter; did you mean {guesses[0]}?"
    return f"unknown parameter; valid ones are {', '.join(sorted(known))}" if known else "takes no parameters"


def _query_parameters(dependant: Dependant) -> dict[str, bool]:
    """The names of the parameters, and whether each may be repeated."""
    own = {one.alias: _is_list(one.field_info.annotation) for one in dependant.query_params}
    return reduce(or_, map(_query_parameters, dependant.dependencies), own)


def _is_list(annotation: Any) -> bool:
    return get_origin(annotation) is list or any(map(_is_list, get_args(annotation)))


class StrictRoute(APIRoute):
    """An unknown parameter returns 422, because ignoring a misspelled filter would return everything.

    The same applies to a repeated parameter that takes one value: all but the last would be ignored.
    """

    def get_route_handler(self) -> Handler:
        handle = super().get_route_handler()
        known = _query_parameters(self.dependant)

        async def checked(request: Request) -> Response:
            given = [name for name, _ in request.query_params.multi_items()]
            for name in given:
                if name not in known:
                    raise InvalidError(["query", name], _hint(name, known), "unknown_parameter")
                if not known[name] and given.count(name) > 1:
                    raise InvalidError(["query", name], "may be given only once", "repeated_parameter")
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
