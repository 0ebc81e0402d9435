"""Files of npm packages in the repository are identical to what the recorded step writes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import vendor
from tools.paths import ROOT
from tools.vendor import Package


def test_kept_files_are_those_that_the_step_wrote() -> None:
    assert vendor.differences() == []


@pytest.mark.parametrize("package", vendor.declared(), ids=lambda package: package.name)
def test_each_package_comes_with_its_license(package: Package) -> None:
    texts = [ROOT / package.folder / name for name in package.files.values() if "LICENSE" in name]
    assert texts
    assert all(text.stat().st_size > 1_000 for text in texts)


def test_a_changed_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = Package("a", "1", "MIT", "", "kept", {"a.js": "a.js"})
    monkeypatch.setattr(vendor, "ROOT", tmp_path)
    monkeypatch.setattr(vendor, "declared", lambda: [package])
    vendor.write(package, {"a.js": b"alert(1)"})
    assert vendor.differences() == []
    (tmp_path / "kept" / "a.js").write_text("alert(2)")
    assert vendor.differences() == ["kept/a.js"]
