"""Renders a message as an issue and as a mail; no part of it can act as markup, a mention or a header."""

from __future__ import annotations

import re
from typing import Any

from lacity_data_api.feedback.schemas import Message

# Narrower than RFC 5322: anything doubtful is treated as text.
ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,63}", re.ASCII
)
EMAIL_LINE = re.compile(r"^e-?mail\s*:\s*(\S+)\s*$", re.IGNORECASE | re.MULTILINE)
MAX_ADDRESS_LENGTH = 254
BACKTICKS = re.compile(r"`+")


def fenced(text: str) -> str:
    """A code block that the text cannot close: its fence is longer than any run of backticks in the text."""
    longest = max(map(len, BACKTICKS.findall(text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text}\n{fence}"


def sender(message: Message) -> str | None:
    """The (unconfirmed) address in the title or on a line ``Email: …``."""
    line = EMAIL_LINE.search(message.body)
    for given in (message.title, line[1] if line else ""):
        if len(given) <= MAX_ADDRESS_LENGTH and ADDRESS.fullmatch(given):
            return given
    return None


def issue(message: Message) -> dict[str, Any]:
    """The body of a request to GitHub, which shows titles as plain text."""
    return {"title": f"Feedback: {message.title}", "body": fenced(message.body)}


def mail(message: Message, issue_url: str | None, to: str, from_: str) -> dict[str, Any]:
    """The body of a request to SendGrid: plain text, to the team only. Replies go to the sender's address."""
    text = message.body if issue_url is None else f"{message.body}\n\n{issue_url}"
    content: dict[str, Any] = {
        "personalizations": [{"to": [{"email": to}]}],
        "from": {"email": from_},
        "subject": f"311 feedback: {message.title}",
        "content": [{"type": "text/plain", "value": text}],
    }
    if address := sender(message):
        content["reply_to"] = {"email": address}
    return content
