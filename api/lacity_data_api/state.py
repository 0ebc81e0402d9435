"""What the routes share while the app runs."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request

from lacity_data_api.cache.answers import Answers
from lacity_data_api.cache.publication import Publication
from lacity_data_api.cache.store import Store
from lacity_data_api.config import Settings
from lacity_data_api.db import Database


@dataclass(frozen=True)
class State:
    settings: Settings
    database: Database
    store: Store
    answers: Answers
    publication: Publication


def state_of(request: Request) -> State:
    """The running app's parts."""
    state: State = request.app.state.parts
    return state
