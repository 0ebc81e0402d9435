from __future__ import annotations

import pytest

from pipeline.files.__main__ import main


@pytest.mark.parametrize("arguments", [[], ["--location", "files"], ["--database", "postgresql://x"]])
def test_location_and_database_are_needed(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FILES_LOCATION", "DATABASE_LOADER_URL"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(SystemExit) as ending:
        main(arguments)
    assert ending.value.code == 2
