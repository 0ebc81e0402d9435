"""Values of parameters and bodies: some fit a schema, others fit none."""

from __future__ import annotations

import json
from collections.abc import Mapping
from random import Random
from typing import Any
from urllib.parse import quote

Schema = Mapping[str, Any]
DAYS = ("2026-11-20", "2026-11-23", "2026-01-01", "2025-06-30", "2016-02-29", "2030-01-01")
WORDS = (
    "Bulky Items",
    "council_name",
    "open",
    "52",
    "type_name",
    "BOS",
    "created_year",
    "34.05",
    "csv",
    "json",
)
MAX_ROWS = 50
HOSTILE: tuple[str, ...] = (
    "",
    "-1",
    "0",
    "99999999999999999999",
    "2147483648",
    "NaN",
    "1e309",
    "0x10",
    "null",
    "true",
    "[]",
    "{}",
    "\0",
    "'",
    '"',
    "';SELECT pg_sleep(1)--",
    "%s%n",
    "\r\nX-Injected: 1",
    "\r\n\r\nHTTP/1.1 200 OK",
    "../../../../etc/passwd",
    "..\\..",
    "é",
    "\U0001f4a9",
    "\u202e",
    "\ud800",
    "2026-13-45",
    "2026-02-30",
    "0000-00-00",
    "1,2,x",
    ",,,",
    "a" * 300,
    "<script>alert(1)</script>",
    "{{7*7}}",
    "١٢٣",
    " 1 ",
    "1.5",
    "+",
    "=",
    "&",
    "created_date>=2026-11-01",
    "created_date>=x",
    "=!=",
    "-34.05,-118.25,34.05,118.25",
    "1e400,0,0,0",
)
DEEP = 3_000


def hostile(chance: Random) -> str:
    """A value that no schema expects."""
    if chance.random() < 0.2:
        return "".join(
            chr(chance.choice((chance.randrange(128), chance.randrange(0x3000))))
            for _ in range(chance.randrange(12))
        )
    return chance.choice(HOSTILE)


def valid(schema: Schema, chance: Random, name: str = "") -> Any:
    """A value that fits the schema, as far as the schema is specific."""
    if options := schema.get("anyOf") or schema.get("oneOf"):
        return valid(chance.choice(options), chance, name)
    if options := schema.get("enum") or [schema[key] for key in ("const",) if key in schema]:
        return chance.choice(options)
    kind = schema.get("type")
    if kind == "array":
        return [valid(schema.get("items", {}), chance, name) for _ in range(chance.randrange(3))]
    if kind == "object":
        parts: Mapping[str, Schema] = schema.get("properties", {})
        return {key: valid(part, chance, key) for key, part in parts.items()}
    return _scalar(str(kind), schema, chance, name)


def _scalar(kind: str, schema: Schema, chance: Random, name: str) -> Any:
    low = max(-MAX_ROWS, schema.get("minimum", 0))
    is_day = "date" in name.lower() or schema.get("format") in {"date", "date-time"}
    drawn = {
        "integer": chance.randint(int(low), min(int(schema.get("maximum", 120)), int(low) + MAX_ROWS)),
        "number": round(chance.uniform(schema.get("minimum", -118.6), schema.get("maximum", 34.3)), 2),
        "boolean": chance.random() < 0.5,
        "null": None,
    }
    return drawn.get(kind, chance.choice(DAYS if is_day else WORDS))


def body(schema: Schema, chance: Random) -> bytes:
    """The JSON of a valid body, mostly corrupted."""
    value = valid(schema, chance)
    if isinstance(value, dict) and value and chance.random() < 0.6:
        name = chance.choice(list(value))
        value[name] = chance.choice(
            (hostile(chance), [hostile(chance)], {"x": hostile(chance)}, None, -1, 1e300)
        )
    return spoiled(json.dumps(value).encode(), chance)


def spoiled(text: bytes, chance: Random) -> bytes:
    """The text unchanged, or changed so that it is mostly not JSON, or excessive nesting."""
    at = chance.randrange(len(text) + 1)
    return chance.choice(
        (
            text,
            text,
            text,
            text[:at],
            text[:at] + bytes([chance.randrange(256)]) + text[at:],
            text + text,
            b"[" * DEEP + b"]" * DEEP,
            b'{"a":' * DEEP + b"1" + b"}" * DEEP,
            b"\xff\xfe" + text,
            b"",
            b"null",
            text.replace(b'"', b"'"),
        )
    )


def escaped(value: object, chance: Random) -> str:
    """A value for a URL, sometimes with more or fewer escapes than needed."""
    text = str(value).encode("utf-8", "surrogatepass")
    if chance.random() < 0.05:
        return "".join(f"%{byte:02x}" for byte in text)
    return quote(text, safe="" if chance.random() < 0.8 else ",:/'()@!*")
