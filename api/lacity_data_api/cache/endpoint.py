"""From a question to a response."""

from __future__ import annotations

from fastapi import Request
from starlette.responses import Response

from lacity_data_api.cache.question import Question
from lacity_data_api.responses import FinishedResponse
from lacity_data_api.state import state_of


async def answer(request: Request, question: Question) -> Response:
    """The finished answer in the encoding that the client prefers, or 304 when it holds it already.

    Raises ApiError when there is none.
    """
    state = state_of(request)
    kept = await state.publication.ask(question)
    header = request.headers.get
    encoding = kept.answer.encoding_for(header("accept-encoding", "").encode("latin-1"))
    await state.answers.encode(kept, encoding, question)
    if question.is_lasting and request.method == "GET":
        spelling = (request.scope["raw_path"], request.scope["query_string"])
        state.answers.memory.spell(kept.key, spelling)
    body, headers, headers_not_modified = kept.answer.representation(encoding)
    if_none_match = header("if-none-match", "").encode("latin-1")
    if if_none_match and request.method == "GET" and kept.answer.is_known(if_none_match):
        return FinishedResponse(304, list(headers_not_modified), b"")
    return FinishedResponse(200, list(headers), body)
