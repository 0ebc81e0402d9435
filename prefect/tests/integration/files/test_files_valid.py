from __future__ import annotations

import itertools
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet

from pipeline.files.manifest import Manifest

TOOLS = Path(sys.executable).parent
Published = tuple[Path, Manifest]
GEO = ["2024.geoparquet", "2025.geoparquet", "2026.geoparquet", "councils.geoparquet"]


def run(tool: str, *arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(TOOLS / tool), *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("latest", GEO)
def test_geoparquet_passes_every_class(published: Published, latest: str) -> None:
    folder, manifest = published
    done = run("geoparquet-validator", "check", "--json", manifest.latest()[latest], folder=folder)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("latest", GEO)
def test_geoparquet_covers_each_geometry(published: Published, latest: str) -> None:
    folder, manifest = published
    geo = json.loads(parquet.read_metadata(folder / manifest.latest()[latest]).metadata[b"geo"])
    column: dict[str, Any] = geo["columns"]["geometry"]
    assert (geo["version"], geo["primary_column"], column["encoding"]) == ("1.1.0", "geometry", "WKB")
    assert column["covering"]["bbox"]["xmin"] == ["bbox", "xmin"]
    assert "crs" not in column
    assert -119 < column["bbox"][0] < column["bbox"][2] < -117


def test_geoparquet_lies_along_a_curve(published: Published) -> None:
    """Neighbors in the file are close to each other: much closer than in chronological order."""
    folder, manifest = published

    def step(latest: str) -> float:
        table = parquet.read_table(folder / manifest.latest()[latest], columns=["Longitude", "Latitude"])
        pairs = [
            pair for pair in zip(*(c.to_pylist() for c in table.columns), strict=True) if None not in pair
        ]
        moves = itertools.pairwise(pairs)
        return sum(abs(a[0] - b[0]) + abs(a[1] - b[1]) for a, b in moves) / len(pairs)

    assert step("2025.geoparquet") < step("2025.parquet") / 20


def test_data_package_is_valid_and_one_changed_byte_is_noticed(published: Published, tmp_path: Path) -> None:
    folder = shutil.copytree(published[0], tmp_path / "files")
    done = run("frictionless", "validate", "datapackage.json", folder=folder)
    assert done.returncode == 0, done.stdout
    changed = folder / published[1].latest()["2025.parquet"]
    content = bytearray(changed.read_bytes())
    content[len(content) // 2] ^= 1
    changed.write_bytes(content)
    assert run("frictionless", "validate", "datapackage.json", folder=folder).returncode == 1


def columns_in(path: Path) -> list[str]:
    """The columns of a file, or the members of a feature."""
    if path.suffix == ".csv":
        return path.read_text().partition("\n")[0].split(",")
    if path.suffix != ".geojson":
        return parquet.read_schema(path).names
    feature = json.loads(path.read_text())["features"][0]
    return [*feature["properties"], "geometry"]


def test_manifest_lists_the_columns_of_every_file(published: Published) -> None:
    folder, manifest = published
    listed = {entry["latest"]: [field["name"] for field in entry.get("schema", {"fields": ()})["fields"]]
              for entry in manifest.resources}  # fmt: skip
    assert listed == {entry["latest"]: columns_in(folder / entry["path"]) for entry in manifest.resources}


def test_councils_are_geojson(published: Published) -> None:
    folder, manifest = published
    content = json.loads((folder / manifest.latest()["councils.geojson"]).read_text())
    assert content["type"] == "FeatureCollection"
    assert [feature["geometry"]["type"] for feature in content["features"]] == ["MultiPolygon"] * 5
    assert content["features"][0]["properties"].keys() >= {"CouncilId", "CouncilName", "NC"}


def test_catalog_names_every_file(published: Published) -> None:
    folder, manifest = published
    catalog = json.loads((folder / manifest.latest()["data.json"]).read_text())
    urls = [item["downloadURL"] for item in catalog["dataset"][0]["distribution"]]
    assert urls == [f"http://127.0.0.1:5000/files/{entry['latest']}" for entry in manifest.resources]
    assert catalog["dataset"][0]["temporal"] == "2024-01-01/2026-11-26"


@pytest.mark.parametrize("name", ["README.md", "index.html"])
def test_documents_list_every_file_and_how_to_read_it(published: Published, name: str) -> None:
    folder, manifest = published
    text = (folder / manifest.latest()[name]).read_text()
    assert all(entry["latest"] in text for entry in manifest.resources)
    assert "/files//" not in text
    assert all(word in text for word in ("DuckDB", "pandas", "QGIS", "arrow::read_parquet", "2026-11-26"))
    assert "$" not in text


def test_gdal_reads_the_geoparquet_where_it_has_the_driver(published: Published) -> None:
    """Debian 12's GDAL 3.6 is built without Arrow, so that it has no Parquet driver."""
    if not shutil.which("ogrinfo"):
        pytest.skip("gdal-bin is not installed")
    formats = subprocess.run(["ogrinfo", "--formats"], capture_output=True, text=True, check=True).stdout
    if "Parquet" not in formats:
        pytest.skip("this GDAL is built without Arrow and has no Parquet driver")
    path = published[0] / published[1].latest()["2025.geoparquet"]
    done = subprocess.run(["ogrinfo", "-so", "-al", str(path)], capture_output=True, text=True, check=False)
    assert "Feature Count: 40000" in done.stdout
