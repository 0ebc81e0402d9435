"""In-memory cache of the most recently used responses of one generation."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

from lacity_data_api.cache.cached_response import CachedResponse
from lacity_data_api.cache.cutover import Cutover

# A request's path and query string as sent, and its Accept header if the response depends on it.
RawUrl = tuple[bytes, ...]
MAX_URLS_PER_ENTRY = 8
# Map requests are far shorter; longer URLs go through routing each time.
MAX_URL_LENGTH = 1_000
# The Accept-Encoding, Origin and If-None-Match headers of a request, as they were sent.
Variant = tuple[bytes, bytes, bytes]
MAX_VARIANTS_PER_URL = 16
MAX_VARIANT_BYTES = 1_000


class Prepared(Protocol):
    """A response that needs no further computation."""

    @property
    def size(self) -> int:
        """Bytes in addition to those of the cached response."""


@dataclass(eq=False, slots=True)
class UrlEntry:
    """The response to a raw URL in the served generation; ``route`` names its route in metrics and logs."""

    url: RawUrl
    key: str
    response: CachedResponse
    route: str
    prepared: dict[Variant, Prepared] = field(default_factory=dict)


@dataclass
class CacheEntry:
    response: CachedResponse
    size: int
    routes: dict[RawUrl, str] = field(default_factory=dict)


class Memory:
    """An LRU cache limited by bytes; entries are found by key or by the raw URL of an earlier request.

    Raw URLs let the front respond before any routing. A raw URL leads only to the response that routing found
    for exactly these bytes in the served generation.
    """

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self.bytes = 0
        self.by_url: dict[RawUrl, UrlEntry] = {}
        self.cutover = Cutover()
        self._entries: OrderedDict[str, CacheEntry] = OrderedDict()

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: str) -> CachedResponse | None:
        """The response under this key, which becomes the most recently used."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        self._entries.move_to_end(key)
        return entry.response

    def put(self, key: str, response: CachedResponse) -> None:
        """Store a response or update its size; one larger than a quarter of the limit is not stored."""
        old = self._entries.pop(key, None)
        self.bytes -= old.size if old else 0
        routes = old.routes if old else {}
        entry = CacheEntry(response, response.size + len(key) + 1_000 + sum(map(_size, routes)), routes)
        if entry.size > self.max_bytes // 4:
            self._forget_urls(entry)
            return
        self._entries[key] = entry
        self.bytes += entry.size
        for url, route in routes.items():
            self.by_url[url] = UrlEntry(url, key, response, route)
        self._evict()

    def add_url(self, key: str, url: RawUrl, route: str) -> None:
        """Map this raw URL to the key, unless the URL is too long or the entry has too many."""
        entry = self._entries.get(key)
        if entry is None or url in self.by_url or len(entry.routes) >= MAX_URLS_PER_ENTRY:
            return
        if (size := _size(url)) > MAX_URL_LENGTH:
            return
        entry.routes[url] = route
        self.by_url[url] = UrlEntry(url, key, entry.response, route)
        self._grow(entry, size)

    def find_url(self, path: bytes, query: bytes, accept: bytes) -> UrlEntry | None:
        """The entry for a request with this raw URL and Accept header, if there is one."""
        return self.by_url.get((path, query)) or self.by_url.get((path, query, accept))

    def add_prepared(self, found: UrlEntry, variant: Variant, prepared: Prepared) -> None:
        """Store a response for a raw URL and variant, unless the URL belongs to another entry by now."""
        if self.by_url.get(found.url) is not found or _size(variant) > MAX_VARIANT_BYTES:
            return
        entry = self._entries[found.key]
        if len(found.prepared) >= MAX_VARIANTS_PER_URL:
            # Variants that are never requested again must not keep out those of later clients.
            self._grow(entry, -_size_of_all(found.prepared))
            found.prepared.clear()
        if variant not in found.prepared:
            found.prepared[variant] = prepared
            self._grow(entry, _size_of_all({variant: prepared}))

    def _grow(self, entry: CacheEntry, size: int) -> None:
        entry.size += size
        self.bytes += size
        self._evict()

    def replace_all(self, responses: Iterable[tuple[str, CachedResponse]]) -> None:
        """Replace all entries with these: another generation is served from now on."""
        self._entries.clear()
        self.by_url.clear()
        self.bytes = 0
        for key, response in responses:
            self.put(key, response)

    def _evict(self) -> None:
        while self.bytes > self.max_bytes:
            _, entry = self._entries.popitem(last=False)
            self.bytes -= entry.size
            self._forget_urls(entry)

    def _forget_urls(self, entry: CacheEntry) -> None:
        for url in entry.routes:
            self.by_url.pop(url, None)


def _size(parts: RawUrl | Variant) -> int:
    return sum(map(len, parts))


def _size_of_all(prepared: dict[Variant, Prepared]) -> int:
    return sum(_size(variant) + one.size for variant, one in prepared.items())
