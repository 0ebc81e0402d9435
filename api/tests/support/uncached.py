"""``python -m tests.support.uncached``: the API without a cache, to compare cached responses with."""

from __future__ import annotations

import sys

from lacity_data_api.__main__ import main
from lacity_data_api.cache.memory import Memory


class NoMemory(Memory):
    """Forgets everything immediately."""

    def put(self, key: str, response: object) -> None:
        """Keep nothing."""

    def replace_all(self, responses: object) -> None:
        """Keep nothing."""


if __name__ == "__main__":
    Memory.put = NoMemory.put  # type: ignore[method-assign,assignment]
    Memory.replace_all = NoMemory.replace_all  # type: ignore[method-assign,assignment]
    sys.exit(main())
