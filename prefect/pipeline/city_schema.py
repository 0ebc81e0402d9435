"""``python -m pipeline.city_schema``: the JSON Schema of ``city.toml``, used by editors to complete keys."""

from __future__ import annotations

import json
import sys

from pipeline.city import City


def schema_text() -> str:
    """The schema as stored in ``cities/city.schema.json``."""
    return json.dumps(City.model_json_schema(by_alias=True), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(schema_text())
