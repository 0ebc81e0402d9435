"""The hottest answers of one generation, inside the process."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field

from lacity_data_api.cache.answer import Answer

# One request as it came: raw path and query string.
Spelling = tuple[bytes, bytes]
SPELLINGS = 8
# What a map asks is far shorter; longer ones find their way by routing.
LONGEST_SPELLING = 1_000


@dataclass
class Entry:
    answer: Answer
    size: int
    spellings: list[Spelling] = field(default_factory=list)


class Memory:
    """Least recently used answers up to a number of bytes, found by key or by how a request spelled it.

    The spelling is what lets the edge answer before any routing; it only ever leads to an answer that
    the routing gave for exactly these bytes under the generation now served.
    """

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self.bytes = 0
        self.by_spelling: dict[Spelling, Answer] = {}
        self._entries: OrderedDict[str, Entry] = OrderedDict()

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: str) -> Answer | None:
        entry = self._entries.get(key)
        if entry is None:
            return None
        self._entries.move_to_end(key)
        return entry.answer

    def put(self, key: str, answer: Answer) -> None:
        """Keep an answer, or its new size; larger ones than a quarter of all are not kept."""
        old = self._entries.pop(key, None)
        self.bytes -= old.size if old else 0
        spellings = old.spellings if old else []
        size = answer.size + len(key) + 1_000 + sum(map(_size, spellings))
        entry = Entry(answer, size, spellings)
        if entry.size > self.max_bytes // 4:
            self._forget_spellings(entry)
            return
        self._entries[key] = entry
        self.bytes += entry.size
        for spelling in spellings:
            self.by_spelling[spelling] = answer
        self._keep_within()

    def spell(self, key: str, spelling: Spelling) -> None:
        """Remember that this request asks for that key, unless it is long, or one of too many."""
        entry = self._entries.get(key)
        if entry is None or spelling in self.by_spelling or len(entry.spellings) >= SPELLINGS:
            return
        if (size := _size(spelling)) > LONGEST_SPELLING:
            return
        entry.spellings.append(spelling)
        self.by_spelling[spelling] = entry.answer
        entry.size += size
        self.bytes += size
        self._keep_within()

    def replace_all(self, answers: Iterable[tuple[str, Answer]]) -> None:
        """Forget everything but these: another generation is served from now on."""
        self._entries.clear()
        self.by_spelling.clear()
        self.bytes = 0
        for key, answer in answers:
            self.put(key, answer)

    def _keep_within(self) -> None:
        while self.bytes > self.max_bytes:
            self._drop_oldest()

    def _drop_oldest(self) -> None:
        _, entry = self._entries.popitem(last=False)
        self.bytes -= entry.size
        self._forget_spellings(entry)

    def _forget_spellings(self, entry: Entry) -> None:
        for spelling in entry.spellings:
            self.by_spelling.pop(spelling, None)


def _size(spelling: Spelling) -> int:
    return sum(map(len, spelling))
