from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from lacity_data_api.changes.filters import Kind

SERVED = "Names are the columns of a served request; times are the city's local time"


class Difference(BaseModel):
    """The fields that changed; all of them if the request appears or is gone."""

    request_id: int = Field(description="Our id, which a request keeps")
    kind: Kind = Field(description="The most important kind of the change")
    also: list[Kind] = Field(description="Additional kinds of the change")
    cause: Literal["published", "rules", "erased"] = Field(
        description="rules: the published values are the same, but are served differently; "
        "erased: delete the request and everything stored about it"
    )
    before: dict[str, Any] | None = Field(description=f"Null when the request appears. {SERVED}")
    after: dict[str, Any] | None = Field(description="Null when the request is gone")


class Change(BaseModel):
    """A change as a CloudEvent (1.0)."""

    specversion: Literal["1.0"]
    id: str = Field(description="The number of the change; pass it as `after` to continue from here")
    source: str
    type: str = Field(description="`org.311-data.request.` and the kind")
    subject: str = Field(description="The city's number of the request; our id if it was erased")
    time: str = Field(description="When the run that found the change recorded it, in UTC")
    datacontenttype: Literal["application/json"]
    sequence: str = Field(description="The number with leading zeros, in the order of the changes")
    generation: int = Field(description="The generation of the data that contains the change")
    data: Difference


class FeedItem(BaseModel):
    """An item of a JSON Feed."""

    model_config = ConfigDict(extra="allow")

    id: str
    url: str
    title: str
    content_text: str
    date_published: str
    tags: list[str]


class JsonFeed(BaseModel):
    """A JSON Feed (1.1)."""

    model_config = ConfigDict(extra="allow")

    version: str
    title: str
    feed_url: str
    next_url: str | None = Field(default=None, description="The archive page with older changes")
    items: list[FeedItem]
