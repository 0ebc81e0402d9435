"""The API without its memory cache: with an empty Redis, every response is computed from scratch."""

from __future__ import annotations

from starlette.types import ASGIApp

from lacity_data_api.config import Settings
from lacity_data_api.main import create_api, wrap
from lacity_data_api.state import build_state


def create_app() -> ASGIApp:
    """The real app with a memory cache of 0 bytes."""
    state = build_state(Settings.from_environment())
    state.responses.memory.max_bytes = 0
    return wrap(create_api(state), state)
