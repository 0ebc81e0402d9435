from __future__ import annotations

import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from lacity_data_api.params import StorableText

MAX_TITLE_LENGTH = 200
MAX_BODY_LENGTH = 5_000
BETWEEN_LINES = re.compile(r"\r\n?|[\u2028\u2029\x85\x0b\x0c]")


def _visible(text: str) -> str:
    """The text without control characters and characters that hide text or reverse its direction."""
    kept = (char for char in text if char == "\n" or unicodedata.category(char) not in {"Cc", "Cf"})
    return "".join(kept)


def _one_line(text: str) -> str:
    return _not_empty(" ".join(_visible(BETWEEN_LINES.sub(" ", text.replace("\n", " "))).split()))


def _lines(text: str) -> str:
    return _not_empty(_visible(BETWEEN_LINES.sub("\n", text.replace("\t", " "))).strip())


def _not_empty(text: str) -> str:
    if not text:
        raise ValueError("must not be empty")
    return text


class Message(BaseModel):
    """A message to the team."""

    model_config = ConfigDict(extra="ignore")

    title: Annotated[StorableText, AfterValidator(_one_line)] = Field(
        max_length=MAX_TITLE_LENGTH,
        description="A subject, or the sender's mail address",
        examples=["a@b.example"],
    )
    body: Annotated[StorableText, AfterValidator(_lines)] = Field(
        min_length=1, max_length=MAX_BODY_LENGTH, examples=["First name: Ana\nMessage: The map is fast"]
    )


class Received(BaseModel):
    success: bool
