"""The state that routes share while the app runs."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from fastapi import Request

from lacity_data_api.cache.generation_watcher import GenerationWatcher
from lacity_data_api.cache.kept_files import KeptFiles
from lacity_data_api.cache.outdated_files import OutdatedFiles
from lacity_data_api.cache.redis_store import RedisStore
from lacity_data_api.cache.response_cache import ResponseCache
from lacity_data_api.city.reader import FactsReader
from lacity_data_api.config import Settings
from lacity_data_api.correlation import RequestIds
from lacity_data_api.database import Database
from lacity_data_api.http.access_log import AccessLog
from lacity_data_api.http.slow_readers import ClientStreams


@dataclass
class LastKnown:
    """The latest values from the database, used while it is unreachable."""

    loaded_at: dt.datetime | None = None


@dataclass(frozen=True)
class State:
    settings: Settings
    database: Database
    store: RedisStore
    responses: ResponseCache
    watcher: GenerationWatcher
    facts: FactsReader
    kept_files: KeptFiles
    access_log: AccessLog = field(default_factory=AccessLog)
    request_ids: RequestIds = field(default_factory=RequestIds)
    streams: ClientStreams = field(default_factory=ClientStreams)
    last_known: LastKnown = field(default_factory=LastKnown)


def build_state(settings: Settings) -> State:
    """Creates the app's components; no connection is opened yet."""
    database, store = Database(settings), RedisStore(settings)
    responses = ResponseCache(settings, database, store)
    kept_files = KeptFiles(settings.exports_folder, settings.exports_mb, store.database)
    watcher = GenerationWatcher(responses, OutdatedFiles(kept_files, database))
    return State(settings, database, store, responses, watcher, FactsReader(database, watcher), kept_files)


def state_of(request: Request) -> State:
    """The components of the running app."""
    state: State = request.app.state.parts
    return state
