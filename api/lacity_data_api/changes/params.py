"""Parameters of the list of changes and of its feeds."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query, Request
from pydantic import AfterValidator

from lacity_data_api.changes.filters import ChangeFilter, Kind
from lacity_data_api.changes.repository import MAX_CHANGES
from lacity_data_api.params import MAX_ID, Id, query_of_next_page
from lacity_data_api.requests.params import BoundsText, SomeIds, parse_bounds
from lacity_data_api.state import state_of

DEFAULT_CHANGES = 1_000
Kinds = Annotated[
    list[Kind],
    AfterValidator(lambda kinds: sorted(set(kinds))),
    Query(max_length=len(Kind) * 2, description="Any of these, as the main kind or an additional one"),
]
After = Annotated[
    int | None,
    Query(ge=0, le=MAX_ID, description="The number of the last change seen; default: from the oldest"),
]
Limit = Annotated[int, Query(ge=1, le=MAX_CHANGES, description="Maximum number of changes in the response")]


async def change_filter(
    request: Request,
    *,
    council_id: Annotated[SomeIds, Query(description="Councils the request is or was in")] = [],  # noqa: B006
    type_id: Annotated[SomeIds, Query(description="Types that the request has or had")] = [],  # noqa: B006
    group_id: Annotated[SomeIds, Query(description="Groups of types")] = [],  # noqa: B006
    kind: Kinds = [],  # noqa: B006
    district: Annotated[SomeIds, Query(description="City council districts")] = [],  # noqa: B006
    bbox: BoundsText = None,
) -> ChangeFilter:
    """The filter described by the parameters."""
    return ChangeFilter(
        council_id=council_id or None,
        type_id=type_id or None,
        group_id=group_id or None,
        kind=kind or None,
        district=district or None,
        bbox=parse_bounds(bbox, await state_of(request).facts.city()) if bbox is not None else None,
    )


def next_page(path: str, wanted: ChangeFilter, limit: int) -> str:
    """Path and query string of the next page, without the change number at which it continues."""
    given = wanted.conditions
    if wanted.bbox:
        given["bbox"] = ",".join(map(str, wanted.bbox))
    return f"{path}?{query_of_next_page({**given, 'limit': limit})}&after="


class FeedParams:
    """A council, a type or both (neither means the whole city), and the archive page."""

    def __init__(
        self,
        council_id: Annotated[Id | None, Query(description="Changes of requests in this council")] = None,
        type_id: Annotated[Id | None, Query(description="Changes of requests of this type")] = None,
        archive: Annotated[
            int | None, Query(ge=0, le=2**40, description="From a link of the feed: older changes")
        ] = None,
    ) -> None:
        self.council_id, self.type_id, self.archive = council_id, type_id, archive

    @property
    def query(self) -> str:
        """The query string, without the page."""
        given = {"council_id": self.council_id, "type_id": self.type_id}
        return urlencode({name: value for name, value in given.items() if value is not None})
