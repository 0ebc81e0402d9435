"""What the routes share while the app runs."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from fastapi import Request

from lacity_data_api.cache.answers import Answers
from lacity_data_api.cache.publication import Publication
from lacity_data_api.cache.store import Store
from lacity_data_api.config import Settings
from lacity_data_api.db import Database
from lacity_data_api.edge.access_log import AccessLog
from lacity_data_api.feedback.limits import Limits
from lacity_data_api.hot import hot_questions


@dataclass
class Known:
    """What the database said last, for when it is away."""

    last_pulled: dt.datetime | None = None


@dataclass(frozen=True)
class State:
    settings: Settings
    database: Database
    store: Store
    answers: Answers
    publication: Publication
    limits: Limits
    access_log: AccessLog = field(default_factory=AccessLog)
    known: Known = field(default_factory=Known)


def build_state(settings: Settings) -> State:
    """The app's parts; nothing is connected yet."""
    database, store = Database(settings), Store(settings)
    answers = Answers(settings, database, store)
    publication = Publication(answers, hot_questions)
    return State(settings, database, store, answers, publication, Limits(settings, store))


def state_of(request: Request) -> State:
    """The running app's parts."""
    state: State = request.app.state.parts
    return state
