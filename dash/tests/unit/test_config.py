from __future__ import annotations

import pytest
from pydantic import ValidationError

from config import Settings


def settings(**changed: object) -> Settings:
    return Settings.model_validate({"database_reader_url": "postgresql://reader@db/la311", **changed})


def test_origins_that_may_frame() -> None:
    found = settings(frame_ancestors=" https://map.example/, http://localhost:3000,")
    assert found.allowed_frames == ["https://map.example", "http://localhost:3000"]
    assert settings().allowed_frames == []
    assert settings(frame_ancestors="https://*.map.example:8443").allowed_frames


@pytest.mark.parametrize(
    "value",
    [
        "map.example",
        "https://a.example; script-src *",
        "https://a.example/path",
        "*",
        "https://*",
        "https://*:443",
        "https://*.",
        "https://*.org",
        "https://*.*.example.org",
        "https://map.*",
        "https://map*.example.org",
        "https://..",
    ],
)
def test_invalid_origins_are_rejected(value: str) -> None:
    with pytest.raises(ValidationError, match="is not an origin"):
        settings(frame_ancestors=value)


def test_data_are_old_after_a_day_and_a_half() -> None:
    assert settings().reports_stale_hours == 36


def test_log_levels() -> None:
    assert settings(log_level="debug").log_level == "DEBUG"
    with pytest.raises(ValidationError, match="DEBUG, INFO, WARNING or ERROR"):
        settings(log_level="loud")


def test_secrets_do_not_show() -> None:
    assert "reader@db" not in repr(settings())


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_READER_URL", "postgresql://reader@db/la311")
    monkeypatch.setenv("REPORTS_PORT", "5999")
    monkeypatch.setenv("REPORTS_HOST", "")
    found = Settings.from_environment()
    assert (found.reports_port, found.reports_host) == (5999, "127.0.0.1")
