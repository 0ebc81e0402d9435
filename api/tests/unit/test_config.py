from __future__ import annotations

import pytest
from pydantic import ValidationError

from lacity_data_api.config import Settings

DATABASE, REDIS = "postgresql://reader:s3cret@db:5432/la311", "redis://:s3cret@cache:6379"
MALFORMED = [
    "postgres//reader:s3cret@db/la311",
    "postgresql://reader:s3cret/x@db/la311",
    "postgresql://reader:pa@s3cret@db/la311",
    "postgresql://reader:pa s3cret@db/la311",
    "postgresql://reader:%s3cret@db/la311",
]


@pytest.fixture(autouse=True)
def variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_READER_URL", DATABASE)
    monkeypatch.setenv("REDIS_URL", REDIS)


@pytest.mark.parametrize(
    "url", [DATABASE, "postgresql:///la311?host=/run/postgresql", "unix:///run/redis.sock"]
)
@pytest.mark.parametrize("name", ["DATABASE_READER_URL", "DATABASE_READ_URL", "REDIS_URL"])
def test_urls_are_accepted(monkeypatch: pytest.MonkeyPatch, name: str, url: str) -> None:
    monkeypatch.setenv(name, url)
    assert getattr(Settings.from_environment(), name.lower()).get_secret_value() == url


@pytest.mark.parametrize("url", MALFORMED)
@pytest.mark.parametrize("name", ["DATABASE_READER_URL", "DATABASE_READ_URL", "REDIS_URL"])
def test_the_error_for_a_malformed_url_has_no_password(
    monkeypatch: pytest.MonkeyPatch, name: str, url: str
) -> None:
    """SQLAlchemy's error contained the whole URL, in the log of every worker."""
    monkeypatch.setenv(name, url)
    with pytest.raises(ValidationError, match="is not a valid URL") as raised:
        Settings.from_environment()
    assert "s3cret" not in str(raised.value)


def test_the_error_for_a_missing_setting_has_no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_READER_URL")
    with pytest.raises(ValidationError, match="database_reader_url") as raised:
        Settings.from_environment()
    assert "s3cret" not in str(raised.value)
