from __future__ import annotations

import json
import tomllib

import pytest
from pydantic import ValidationError

from pipeline.city import load_city
from pipeline.files.about import CITIES, About, about
from pipeline.files.columns import COLUMNS
from pipeline.files.documents import dcat, documents, size


@pytest.mark.parametrize("path", sorted(CITIES.glob("*/files.toml")), ids=lambda path: path.parent.name)
def test_declaration_of_a_city_is_complete(path: object) -> None:
    declared = about(path.parent.name, "unused")  # type: ignore[attr-defined]
    assert declared.license_url.startswith("https://")
    assert declared.source_url.startswith("https://")
    assert declared.contact_email
    assert declared.source_url == load_city(path.parent.name).portal_url  # type: ignore[attr-defined]


def test_unknown_key_is_refused() -> None:
    declared = tomllib.loads((CITIES / "la" / "files.toml").read_text())
    with pytest.raises(ValidationError, match="colour"):
        About.model_validate(declared | {"colour": "red"})


def test_city_without_a_declaration_has_plain_words() -> None:
    found = about("austin", "Austin")
    assert found.title == "Austin 311 service requests"
    facts = {"loaded": "2026-11-27T09:00:00+00:00", "first_year": 2015, "last_day": "2026-11-26"}
    dataset = dcat(found, facts, [], "https://x.example/files")["dataset"][0]
    assert dataset.keys().isdisjoint({"license", "spatial"})
    assert "hasEmail" not in dataset["contactPoint"]


def test_documents_name_source_and_terms_only_if_declared() -> None:
    facts = {"loaded": "2026-11-27T09:00:00+00:00", "first_year": 2015, "last_day": "2026-11-26"}
    facts |= dict.fromkeys(("generation", "rows", "requests", "files_version", "years"), "1")
    for key, declared in (("la", True), ("austin", False)):
        written = documents(about(key, key), COLUMNS, facts, [], "https://x.example/files")
        for name in ("README.md", "index.html"):
            assert ("Terms: " in written[name], "Source: " in written[name]) == (declared, declared)
        assert "March 2025" not in written["README.md"]
        assert "public map" not in written["README.md"]


def test_catalog_has_what_dcat_us_requires() -> None:
    facts = {"loaded": "2026-11-27T09:00:00+00:00", "first_year": 2015, "last_day": "2026-11-26"}
    catalog = json.loads(json.dumps(dcat(about("la", "Los Angeles"), facts, [], "https://x.example/files")))
    required = {
        "title", "description", "keyword", "modified", "publisher", "contactPoint", "identifier",
        "accessLevel",
    }  # fmt: skip
    assert required <= catalog["dataset"][0].keys()
    assert catalog["conformsTo"] == "https://project-open-data.cio.gov/v1.1/schema"


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 bytes"), (999, "999 bytes"), (1_000, "1.0 kB"), (56_332_139, "56.3 MB"), (12e9, "12.0 GB")],
)
def test_size_is_readable(count: int, text: str) -> None:
    assert size(count) == text
