from __future__ import annotations

import logging
import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
import redis

from tests.support.databases import Database
from tests.support.serving import Api, forget_everything, serve, settings_for
from tests.support.stand_ins import StandIn, stand_in

ISSUES, MAIL = "/repos/city/311/issues", "/v3/mail/send"
TOKEN, KEY, TEAM = "token of the tests", "key of the tests", "team@city.example"
MESSAGE = {
    "title": "ana@mail.example",
    "body": "First name: Ana\nLast name: Gil\nEmail: ana@mail.example\nAssociation: -\nMessage: <b>Hi</b>",
}
ISSUE = {"html_url": "https://github.example/city/311/issues/5"}
NOWHERE = "redis://127.0.0.1:1/0"


@pytest.fixture(scope="module")
def others() -> Iterator[StandIn]:
    with stand_in() as server:
        yield server


@pytest.fixture(autouse=True)
def fresh(others: StandIn) -> None:
    forget_everything()
    others.forget()
    others.answers[ISSUES] = (201, ISSUE)
    others.answers[MAIL] = (202, b"")


def configured(database: Database, others: StandIn, **changed: Any) -> Any:
    ways = {
        "github_token": TOKEN,
        "github_issues_url": others.url + ISSUES,
        "sendgrid_api_key": KEY,
        "sendgrid_url": others.url + MAIL,
        "feedback_mail_to": TEAM,
        "feedback_mail_from": "api@city.example",
        "feedback_per_client": 3,
        "feedback_per_hour": 7,
    }
    return serve(settings_for(database, **ways | changed))


@pytest.fixture(scope="module")
def api(database: Database, others: StandIn) -> Iterator[Api]:
    with configured(database, others) as running:
        yield running


def send(api: Api, body: Any = MESSAGE, client: str = "192.0.2.1") -> httpx.Response:
    return api.client.post("/feedback", json=body, headers={"X-Forwarded-For": client})


def statuses(api: Api, clients: list[str]) -> list[int]:
    return [send(api, client=client).status_code for client in clients]


def test_message_becomes_an_issue_and_a_mail(api: Api, others: StandIn) -> None:
    response = send(api)
    assert (response.status_code, response.json()) == (201, {"success": True})
    assert response.headers["cache-control"] == "no-store"
    assert [request.path for request in others.received] == [ISSUES, MAIL]
    assert others.bodies(ISSUES)[0]["body"].startswith("```text\nFirst name: Ana\n")
    assert others.bodies(MAIL)[0]["content"][0]["value"].endswith(f"</b>\n\n{ISSUE['html_url']}")


def test_each_service_receives_its_own_key(api: Api, others: StandIn) -> None:
    send(api)
    keys = [request.headers["authorization"] for request in others.received]
    assert keys == [f"Bearer {TOKEN}", f"Bearer {KEY}"]


def test_no_mail_goes_to_an_address_that_a_message_names(api: Api, others: StandIn) -> None:
    send(api, {"title": "victim@mail.example", "body": "Email: victim@mail.example\nto: victim@mail.example"})
    mail = others.bodies(MAIL)[0]
    assert mail["personalizations"] == [{"to": [{"email": TEAM}]}]
    assert mail.keys() == {"personalizations", "from", "subject", "content", "reply_to"}


@pytest.mark.parametrize(
    "body", [{}, {"title": "a"}, {"title": "a", "body": ""}, {"title": "a" * 201, "body": "b"}, [], "a", None]
)
def test_nothing_is_made_of_an_invalid_message(api: Api, others: StandIn, body: Any) -> None:
    assert send(api, body).status_code == 422
    assert others.received == []


def test_huge_message_is_413(api: Api, others: StandIn) -> None:
    assert send(api, {"title": "a", "body": "b" * 2_000_000}).status_code == 413
    assert others.received == []


def test_invalid_messages_are_not_counted(api: Api) -> None:
    assert [send(api, {}).status_code for _ in range(5)] == [422] * 5
    assert send(api).status_code == 201


def test_one_client_has_a_limit(api: Api, others: StandIn) -> None:
    assert statuses(api, ["192.0.2.1"] * 5) == [201] * 3 + [429] * 2
    assert len(others.bodies(ISSUES)) == 3
    rejected = send(api)
    assert rejected.headers["retry-after"] == "3600"
    assert rejected.json() == {"detail": "Too many messages; try again later"}


def test_all_clients_together_have_a_limit(api: Api, others: StandIn) -> None:
    # A client's rejected messages do not count against the others.
    statuses(api, ["192.0.2.1"] * 9)
    clients = [f"198.51.100.{number}" for number in range(6)]
    assert statuses(api, clients) == [201] * 4 + [429] * 2
    assert len(others.bodies(ISSUES)) == 7


def test_workers_count_together(api: Api, database: Database, others: StandIn) -> None:
    with configured(database, others) as second:
        assert statuses(api, ["192.0.2.1"] * 2) + statuses(second, ["192.0.2.1"] * 2) == [201, 201, 201, 429]


def test_limits_hold_for_concurrent_messages(api: Api, others: StandIn) -> None:
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: send(api).status_code, range(10)))
    assert sorted(answers) == [201] * 3 + [429] * 7
    assert len(others.bodies(ISSUES)) == 3


def test_counting_goes_on_without_redis(database: Database, others: StandIn) -> None:
    with configured(database, others, redis_url=NOWHERE, feedback_per_client=4, api_workers=2) as alone:
        assert statuses(alone, ["192.0.2.1"] * 4) == [201, 201, 429, 429]


def test_counts_end_after_an_hour(api: Api) -> None:
    send(api)
    with redis.Redis.from_url(api.state.settings.redis_url.get_secret_value()) as counts:
        ends = [counts.ttl(key) for key in counts.keys("311:feedback:*")]
    assert len(ends) == 2
    assert all(3_500 < seconds <= 3_600 for seconds in ends)


@pytest.mark.parametrize(
    "answer", [(500, {}), (401, {}), (301, {}), (307, {}), (201, b"no JSON"), (201, {}), (201, [])]
)
def test_mail_is_sent_if_github_fails(api: Api, others: StandIn, answer: tuple[int, Any]) -> None:
    others.answers[ISSUES] = answer
    assert send(api).status_code == 201
    # No redirect is followed, so that the token is sent nowhere else.
    assert [request.path for request in others.received] == [ISSUES, MAIL]
    assert others.bodies(MAIL)[0]["content"][0]["value"] == MESSAGE["body"]


def test_message_that_was_not_delivered_may_be_retried(api: Api, others: StandIn) -> None:
    others.answers |= {ISSUES: (503, {}), MAIL: (400, {})}
    response = send(api)
    assert (response.status_code, response.headers["retry-after"]) == (503, "60")
    others.answers[ISSUES] = (201, ISSUE)
    assert send(api).status_code == 201


def test_certificates_are_loaded_once(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Loading them takes tens of milliseconds, during which the worker serves no client."""
    assert send(api).status_code == 201
    monkeypatch.setattr(ssl, "create_default_context", None)
    assert send(api).status_code == 201


def test_log_holds_neither_keys_nor_messages(
    api: Api, others: StandIn, caplog: pytest.LogCaptureFixture
) -> None:
    others.answers |= {ISSUES: (503, {}), MAIL: (400, {})}
    with caplog.at_level(logging.DEBUG):
        send(api)
    assert "GitHub did not create an issue: HTTPStatusError 503" in caplog.text
    assert "SendGrid did not accept the mail: HTTPStatusError 400" in caplog.text
    assert not any(word in caplog.text for word in (TOKEN, KEY, "Ana", "ana@mail.example"))


@pytest.mark.parametrize(
    ("missing", "paths"),
    [
        ({"sendgrid_api_key": ""}, [ISSUES]),
        ({"feedback_mail_to": ""}, [ISSUES]),
        ({"github_token": ""}, [MAIL]),
    ],
)
def test_one_configured_service_is_enough(
    database: Database, others: StandIn, missing: dict[str, str], paths: list[str]
) -> None:
    with configured(database, others, **missing) as partly:
        assert send(partly).status_code == 201
    assert [request.path for request in others.received] == paths


def test_unreachable_services_are_503(database: Database, others: StandIn) -> None:
    away = {"github_issues_url": "http://127.0.0.1:1/issues", "sendgrid_url": "no address"}
    with configured(database, others, **away) as cut_off:
        assert send(cut_off).status_code == 503


def test_without_a_configured_service_it_is_503(database: Database, others: StandIn) -> None:
    with configured(database, others, github_token="", sendgrid_api_key="") as closed:
        response = send(closed)
        assert send(closed, {}).status_code == 422
    assert (response.status_code, response.headers["retry-after"]) == (503, "86400")
    assert response.json() == {"detail": "Feedback is not configured on this server"}
