from __future__ import annotations

from typing import Any

import pytest
import requests
from pydantic import ValidationError

from pipeline.config import Settings
from pipeline.errors import PortalError, TokenError, UnavailableError
from pipeline.query import Query
from pipeline.responses import check, clean
from pipeline.retries import TemporaryError
from pipeline.socrata import Portal, soda3_body


def settings(**changed: Any) -> Settings:
    return Settings(database_loader_url="postgresql://unused", socrata_url="http://127.0.0.1:9", **changed)


def test_nothing_is_sent_to_the_portal_that_it_need_not_know() -> None:
    with Portal(settings()) as portal:
        assert "X-App-token" not in portal.session.headers
        assert "311-data-server" in portal.session.headers["User-Agent"]
    with Portal(settings(socrata_app_token="a-token")) as portal:
        assert portal.session.headers["X-App-token"] == "a-token"


def test_bytes_that_postgres_rejects_are_replaced() -> None:
    pieces = [b"caf\xc3", b"\xa9 \x00\xff", "東".encode()[:2]]
    assert b"".join(clean(iter(pieces))).decode() == "café \ufffd\ufffd"


def response(status: int, body: str = "", content_type: str = "application/json") -> requests.Response:
    found = requests.Response()
    found.status_code, found.url = status, "http://127.0.0.1:9/resource/abcd-1234.json?$limit=1"
    found.headers["Content-Type"] = content_type
    found._content = body.encode()
    return found


@pytest.mark.parametrize("status", [202, 408, 425, 429, 500, 502, 503, 504, *range(520, 530)])
def test_what_may_pass_is_worth_another_attempt(status: int) -> None:
    with pytest.raises(TemporaryError, match=rf" {status} to /resource/abcd-1234\.json$"):
        check(response(status), "json")


@pytest.mark.parametrize(
    ("status", "message", "error"),
    [
        (403, "Invalid app_token specified", TokenError),
        (403, "An app token or a login is required to query this endpoint", TokenError),
        (401, "Invalid app_token specified", TokenError),
        (403, "You must be logged in to access this resource", UnavailableError),
        (404, "Not found", UnavailableError),
        (410, "The dataset has been deleted", UnavailableError),
        (400, "no such column", PortalError),
    ],
)
def test_a_rejected_token_is_not_a_private_dataset(
    status: int, message: str, error: type[PortalError]
) -> None:
    with pytest.raises(PortalError, match=message) as found:
        check(response(status, message), "json")
    assert type(found.value) is error


def test_a_response_of_several_lines_is_reported_on_one() -> None:
    with pytest.raises(PortalError, match=r": no such column created$"):
        check(response(400, "no such\r\n  column created\n"), "json")


def test_another_content_type_is_worth_another_attempt() -> None:
    with pytest.raises(TemporaryError, match=r"text/html, not json, to /resource/abcd-1234\.json$"):
        check(response(200, content_type="text/html"), "json")
    check(response(200), "json")


def test_one_query_speaks_both_apis() -> None:
    query = Query("count(*) as rows", where="a = 'b'", group="c", order=":updated_at,:id", limit=5)
    assert query.parameters == {
        "select": "count(*) as rows",
        "where": "a = 'b'",
        "group": "c",
        "order": ":updated_at,:id",
        "limit": "5",
    }
    text = "SELECT count(*) as rows WHERE a = 'b' GROUP BY c ORDER BY :updated_at,:id LIMIT 5"
    page = {"pageNumber": 1, "pageSize": 5}
    assert soda3_body(query) == {"query": text, "includeSynthetic": False, "page": page}
    assert soda3_body(Query("a")) == {"query": "SELECT a", "includeSynthetic": False}


def test_soda3_without_a_token_is_rejected_before_anything_starts() -> None:
    with pytest.raises(ValidationError, match="SOCRATA_TRANSPORT=soda3 needs SOCRATA_APP_TOKEN"):
        settings(socrata_transport="soda3")
