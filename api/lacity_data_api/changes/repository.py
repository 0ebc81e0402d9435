from __future__ import annotations

from lacity_data_api.changes import feed_statements, statements
from lacity_data_api.changes.filters import ChangeFilter, branches
from lacity_data_api.params import MAX_ID
from lacity_data_api.statements import DAY_SECONDS, Form, Query, Where

MAX_CHANGES = 10_000
# Numbers that one page may read. A filter may match none of them, and the history grows without end.
MAX_READ = 200_000
LINES = Form("application/x-ndjson", is_negotiated=True)
LIST = Form(is_negotiated=True)
# Feeds omit changes that were caused only by our own rules, and calls for information, which are no requests.
PUBLISHED = """cause = 'published'
       AND type_id NOT IN (SELECT type_id FROM request_types WHERE is_information)"""
# Nothing is kept about an erased request, so its erasure matches every filter.
ERASED, NOT_ERASED = "cause = 'erased'", "cause <> 'erased'"
NO_PAGE = (
    "Unknown council or type, a type of information calls, or an archive page that is not complete yet or"
    " has been deleted"
)
EXPIRED = "Changes after this number have been deleted; start over with a full copy of the requests"


def page(wanted: ChangeFilter, *, after: int | None, limit: int, next_page: str, is_lines: bool) -> Query:
    """The changes after this number, in ascending order; ``limit`` and ``MAX_READ`` end the page."""
    numbers = Where(statements.SINCE) & Where(statements.UNTIL)
    conditions, values = branches(wanted, numbers & Where(NOT_ERASED))
    erasures = numbers & Where(ERASED)
    until = None if after is None else min(after + MAX_READ, MAX_ID)
    return Query(
        statements.page([*conditions, erasures.sql], is_lines=is_lines),
        {**values, "after": after, "until": until, "numbers": MAX_READ, "limit": limit},
        next_page=next_page,
        is_followed=True,
        form=LINES if is_lines else LIST,
        missing=EXPIRED,
        is_gone_if_missing=True,
    )


def history(request_id: int) -> Query:
    """Every change to this request, oldest first; also for a request that no longer exists."""
    return Query(statements.history(), {"request_id": request_id}, is_shared=False)


def feed(
    path: str,
    query: str,
    base: str,
    *,
    council_id: int | None,
    type_id: int | None,
    archive: int | None,
    form: Form,
) -> Query:
    """The data of a feed: the newest changes, or those of an archive page."""
    wanted = ChangeFilter(
        council_id=None if council_id is None else [council_id],
        type_id=None if type_id is None else [type_id],
    )
    conditions, values = branches(wanted, Where(PUBLISHED))
    given = {"council_id": council_id, "type_id": type_id, "archive": archive}
    addresses = {"path": path, "query": query, "base": base}
    sql = feed_statements.feed(conditions, is_archive=archive is not None)
    return Query(sql, {**values, **given, **addresses}, ttl_seconds=DAY_SECONDS, form=form, missing=NO_PAGE)
