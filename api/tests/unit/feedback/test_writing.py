from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from lacity_data_api.feedback import writing
from lacity_data_api.feedback.schemas import Message


def message(title: str = "The map", body: str = "is fast") -> Message:
    return Message(title=title, body=body)


@given(st.text(alphabet="`~ \na", min_size=1))
def test_no_text_ends_its_fence(text: str) -> None:
    first, *lines, last = writing.fenced(text).split("\n")
    assert (first, "\n".join(lines)) == (f"{last}text", text)
    assert last not in text


def test_issue_holds_the_text_as_it_is() -> None:
    body = "<img src=x onerror=alert(1)> @everyone #1\n```\n# Head"
    assert writing.issue(message("<b>", body)) == {
        "title": "Feedback: <b>",
        "body": f"````text\n{body}\n````",
    }


def test_mail_is_plain_text_to_the_team() -> None:
    mail = writing.mail(message(body="<b>hi</b>"), "https://issue", "team@city.example", "api@city.example")
    assert mail == {
        "personalizations": [{"to": [{"email": "team@city.example"}]}],
        "from": {"email": "api@city.example"},
        "subject": "311 feedback: The map",
        "content": [{"type": "text/plain", "value": "<b>hi</b>\n\nhttps://issue"}],
    }


@pytest.mark.parametrize(
    ("title", "body", "address"),
    [
        ("ana@mail.example", "hi", "ana@mail.example"),
        ("Hello", "First name: Ana\nEmail: ana@mail.example\nMessage: hi", "ana@mail.example"),
        ("Hello", "e-mail:ana@mail.example", "ana@mail.example"),
        ("Hello", "Write to ana@mail.example", None),
        ("ana@mail.example, bob@mail.example", "hi", None),
        ("ana@mail.example>", "hi", None),
        ("ana@localhost", "hi", None),
        (f"{'a' * 65}@mail.example", "hi", None),
        ("Hello", f"Email: a@{'b.' * 200}example", None),
    ],
)
def test_only_a_plain_address_becomes_reply_to(title: str, body: str, address: str | None) -> None:
    mail = writing.mail(message(title, body), None, "team@city.example", "api@city.example")
    assert mail.get("reply_to") == (None if address is None else {"email": address})


@pytest.mark.parametrize(
    ("given_", "kept"),
    [
        ("a\r\nBcc: b", "a Bcc: b"),
        ("  a \t b ", "a b"),
        ("a\x1b[2Jb", "a[2Jb"),
        ("a\u202eb\u200b", "ab"),
        ("a\u2028b\x85c", "a b c"),
    ],
)
def test_title_is_one_visible_line(given_: str, kept: str) -> None:
    assert message(title=given_).title == kept


def test_body_keeps_its_lines() -> None:
    assert message(body="\r\na\r\nb\rc\n\n").body == "a\nb\nc"


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": ""},
        {"title": " \u200b\r\n"},
        {"title": "a" * 201},
        {"body": "\x00"},
        {"body": "a" * 5_001},
        {"body": "\n"},
        {"body": None},
        {"body": ["a"]},
    ],
)
def test_message_has_a_minimum_and_a_maximum_length(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Message(**{"title": "a", "body": "b"} | wrong)
