"""The API with nothing at hand: every answer is made anew when Redis is empty, over the whole real path."""

from __future__ import annotations

from starlette.types import ASGIApp

from lacity_data_api.config import Settings
from lacity_data_api.main import create_api, wrap
from lacity_data_api.state import build_state


def create_app() -> ASGIApp:
    """Like the real one, with a memory that holds nothing."""
    state = build_state(Settings.from_environment())
    state.answers.memory.max_bytes = 0
    return wrap(create_api(state), state)
