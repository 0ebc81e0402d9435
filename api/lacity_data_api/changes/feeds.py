"""Changes as a feed for feed readers: Atom (RFC 4287, 5005, GeoRSS) and JSON Feed 1.1."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree import ElementTree as ET

import orjson

from lacity_data_api.changes.statements import TAG

ATOM, HISTORY = "http://www.w3.org/2005/Atom", "http://purl.org/syndication/history/1.0"
GEORSS = "http://www.georss.org/georss"
JSON_FEED = "https://jsonfeed.org/version/1.1"
for prefix, namespace in (("", ATOM), ("fh", HISTORY), ("georss", GEORSS)):
    ET.register_namespace(prefix, namespace)
# Characters that no XML document may contain (XML 1.0, 2.2).
NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# The order in which fields are shown to readers.
FIRST_FIELDS = ("status", "closed_date", "type_id", "council_id", "address", "outcome", "reason", "agency_id")
# These fields are redundant, or only useful to programs.
LEFT_OUT = frozenset(
    {"is_open", "is_information", "is_duplicate", "latitude", "longitude", "srnumber", "region_id"}
)
FIELD_NAMES = {
    "agency_id": "agency",
    "type_id": "type",
    "council_id": "council",
    "source_id": "source",
    "city_id": "district",
}
ATOM_MEDIA_TYPE, JSON_MEDIA_TYPE = "application/atom+xml", "application/feed+json"


class Document:
    """The result of a feed's query, with its links and texts."""

    def __init__(self, body: bytes) -> None:
        self.parts: dict[str, Any] = orjson.loads(body)
        self.entries: list[dict[str, Any]] = self.parts["entries"]

    @property
    def title(self) -> str:
        of = " in ".join(part for part in (self.parts["type"], self.parts["council"]) if part)
        return f"{self.parts['city']} 311: what changed" + (f", {of}" if of else "")

    @property
    def updated(self) -> str:
        return str(self.parts["changed_at"])

    @property
    def tag(self) -> str:
        """The id of the feed, which does not depend on the server's address."""
        return f"{self._tag}/changes?{self.parts['query']}"

    @property
    def _tag(self) -> str:
        return f"{TAG}{self.parts['city_key']}"

    def entry_tag(self, entry: Mapping[str, Any]) -> str:
        return f"{self._tag}/changes/{entry['sequence']}"

    def page(self, archive: int | None = None) -> str:
        """The URL of the feed, or of one of its archive pages."""
        query = [self.parts["query"], *([] if archive is None else [f"archive={archive}"])]
        return f"{self.parts['base']}{self.parts['path']}?{'&'.join(filter(None, query))}".rstrip("?")

    def history(self, entry: Mapping[str, Any]) -> str:
        """The URL of the full history of an entry's request."""
        return f"{self.parts['base']}/requests/{entry['request_id']}/history"

    @property
    def links(self) -> dict[str, str]:
        """URLs by relation, as defined by RFC 5005 for feeds with archive pages."""
        archive, previous, following = (self.parts[name] for name in ("archive", "previous", "next"))
        links = {"self": self.page(archive)}
        if archive is not None:
            links["current"] = self.page()
        if previous is not None:
            links["prev-archive"] = self.page(previous)
        if following is not None:
            links["next-archive"] = self.page(following)
        return links

    def entry_title(self, entry: Mapping[str, Any]) -> str:
        names = self.parts["names"]
        type_name = names["type_id"].get(str(entry["type_id"]), "")
        council = names["council_id"].get(str(entry["council_id"]), "")
        return f"{entry['kind'].capitalize()}: {type_name} {entry['srnumber']}, {council}"

    def text(self, entry: Mapping[str, Any]) -> str:
        """A line for each field of interest, with its values before and after."""
        return "\n".join(self._lines(entry["before"] or {}, entry["after"] or {})) or entry["kind"]

    def _lines(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
        names = before.keys() | after.keys()
        for name in (*FIRST_FIELDS, *sorted(names - set(FIRST_FIELDS))):
            if name in names and name not in LEFT_OUT:
                sides = (self._value(name, side[name]) for side in (before, after) if name in side)
                if (text := " → ".join(sides)) != "none":
                    yield f"{FIELD_NAMES.get(name, name.replace('_', ' '))}: {text}"

    def _value(self, name: str, value: object) -> str:
        if value is None:
            return "none"
        text = str(self.parts["names"].get(name, {}).get(str(value), value))
        return text.replace("T", " ") if name.endswith("_date") else text


def atom(body: bytes) -> bytes:
    """The Atom document of a feed."""
    document = Document(body)
    feed = ET.Element(_atom("feed"))
    _text(feed, "id", document.tag)
    _text(feed, "title", document.title)
    _text(feed, "updated", document.updated)
    _text(ET.SubElement(feed, _atom("author")), "name", f"{document.parts['city']} 311 Data")
    for relation, address in document.links.items():
        ET.SubElement(feed, _atom("link"), rel=relation, href=address)
    if document.parts["archive"] is not None:
        ET.SubElement(feed, f"{{{HISTORY}}}archive")
    for entry in document.entries:
        _entry(feed, document, entry)
    written: bytes = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    return written


def _entry(feed: ET.Element, document: Document, entry: Mapping[str, Any]) -> None:
    element = ET.SubElement(feed, _atom("entry"))
    _text(element, "id", document.entry_tag(entry))
    _text(element, "title", document.entry_title(entry))
    _text(element, "updated", entry["changed_at"])
    ET.SubElement(element, _atom("link"), rel="alternate", href=document.history(entry))
    for kind in _kinds(entry):
        ET.SubElement(element, _atom("category"), term=kind)
    _text(element, "content", document.text(entry)).set("type", "text")
    if entry["latitude"] is not None:
        point = ET.SubElement(element, f"{{{GEORSS}}}point")
        point.text = f"{entry['latitude']} {entry['longitude']}"


def json_feed(body: bytes) -> bytes:
    """The JSON Feed document of a feed."""
    document = Document(body)
    older = document.links.get("prev-archive")
    feed = {
        "version": JSON_FEED,
        "title": document.title,
        "feed_url": document.page(document.parts["archive"]),
        **({"next_url": older} if older else {}),
        "authors": [{"name": f"{document.parts['city']} 311 Data"}],
        "items": [_item(document, entry) for entry in document.entries],
    }
    return orjson.dumps(feed)


def _item(document: Document, entry: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": document.entry_tag(entry),
        "url": document.history(entry),
        "title": document.entry_title(entry),
        "content_text": document.text(entry),
        "date_published": entry["changed_at"],
        "tags": _kinds(entry),
        "_change": {
            name: entry[name] for name in ("sequence", "request_id", "srnumber", "latitude", "longitude")
        },
    }


def _kinds(entry: Mapping[str, Any]) -> list[str]:
    return [entry["kind"], *(entry["also"] or ())]


def _atom(name: str) -> str:
    return f"{{{ATOM}}}{name}"


def _text(parent: ET.Element, name: str, text: str) -> ET.Element:
    element = ET.SubElement(parent, _atom(name))
    element.text = NOT_XML.sub("", text)
    return element
