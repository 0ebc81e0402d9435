"""Descriptions of the files: a README, a page for browsers, and DCAT-US for catalogs."""

from __future__ import annotations

import html
import json
from collections.abc import Sequence
from pathlib import Path
from string import Template
from typing import Any

from pipeline.files.about import About
from pipeline.files.columns import Columns, described
from pipeline.files.manifest import Entry

TEMPLATES = Path(__file__).with_name("templates")
README, PAGE, CATALOG = "README.md", "index.html", "data.json"
MEDIA_TYPES = {
    README: "text/markdown; charset=utf-8",
    PAGE: "text/html; charset=utf-8",
    CATALOG: "application/json",
}
DCAT_CONTEXT = "https://project-open-data.cio.gov/v1.1/schema"


def documents(
    about: About, columns: Columns, facts: dict[str, Any], resources: Sequence[Entry], url: str
) -> dict[str, str]:
    """The text of each document by name. ``url`` is the public address of the files."""
    values = {
        "title": about.title,
        "description": about.description,
        "origin": _origin(about),
        "year": facts["last_day"][:4] or "2026",
        "url": url,
        **facts,
    }
    escaped = {name: html.escape(str(text)) for name, text in values.items()}
    return {
        README: _filled(README, values | {"files": _lines(resources), "columns": _columns(columns)}),
        PAGE: _filled(PAGE, escaped | {"files": _table(resources, url)}),
        CATALOG: json.dumps(dcat(about, facts, resources, url), indent=1) + "\n",
    }


def _filled(name: str, values: dict[str, str]) -> str:
    return Template((TEMPLATES / name).read_text(encoding="utf-8")).substitute(values)


def _cells(entry: Entry) -> tuple[str, str, str, str]:
    return entry["latest"], f"{entry['rowCount']:,}", size(entry["bytes"]), entry.get("lastDay", "")


def size(count: int) -> str:
    """A human-readable size, in powers of a thousand."""
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= factor:
            return f"{count / factor:,.1f} {unit}"
    return f"{count} bytes"


def _origin(about: About) -> str:
    """The source and the terms, as far as the city declares them."""
    parts = {
        "Source": f"{about.source_title} {about.source_url}".strip(),
        "Terms": f"{about.license_title} {about.license_url}".strip(),
    }
    return " ".join(f"{name}: {text}." for name, text in parts.items() if text)


def _lines(resources: Sequence[Entry]) -> str:
    return "\n".join(f"| {' | '.join(_cells(entry))} |" for entry in resources)


def _table(resources: Sequence[Entry], url: str) -> str:
    rows = []
    for entry in resources:
        name, rows_text, size, last = (html.escape(cell) for cell in _cells(entry))
        numbers = f'<td class="number">{rows_text}</td><td class="number">{size}</td><td>{last}</td>'
        rows.append(f'<tr><td><a href="{html.escape(url)}/{name}">{name}</a></td>{numbers}</tr>')
    return "\n".join(rows)


def _columns(columns: Columns) -> str:
    return "\n".join(
        f"| {field['name']} | {field['type']} | {field['description']} |" for field in described(columns)
    )


def _stated(**values: str) -> dict[str, str]:
    """Only known values: catalogs accept absent values but reject empty ones."""
    return {name: value for name, value in values.items() if value}


def _temporal(facts: dict[str, Any]) -> str:
    return f"{facts['first_year']}-01-01/{facts['last_day']}" if facts["last_day"] else ""


def dcat(about: About, facts: dict[str, Any], resources: Sequence[Entry], url: str) -> dict[str, Any]:
    """DCAT-US 1.1: one dataset with every file as a distribution."""
    dataset = {
        "@type": "dcat:Dataset",
        "identifier": f"{url}/datapackage.json",
        "title": about.title,
        "description": about.description,
        "keyword": list(about.keywords),
        "modified": facts["loaded"],
        "publisher": {"@type": "org:Organization", "name": about.publisher},
        "contactPoint": {
            "@type": "vcard:Contact",
            "fn": about.contact_name or about.publisher,
            **({"hasEmail": f"mailto:{about.contact_email}"} if about.contact_email else {}),
        },
        "accessLevel": "public",
        "accrualPeriodicity": "R/P1D",
        **_stated(license=about.license_url, spatial=about.spatial, temporal=_temporal(facts)),
        "distribution": [
            {
                "@type": "dcat:Distribution",
                "title": entry["title"],
                "downloadURL": f"{url}/{entry['latest']}",
                "mediaType": entry["mediatype"],
                "format": entry["format"],
            }
            for entry in resources
        ],
    }
    return {
        "@context": f"{DCAT_CONTEXT}/catalog.jsonld",
        "@type": "dcat:Catalog",
        "conformsTo": DCAT_CONTEXT,
        "describedBy": f"{DCAT_CONTEXT}/catalog.json",
        "dataset": [dataset],
    }
