"""The report server's settings, from the environment."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

# A star matches the subdomains of a name that contains a dot; anything wider would match every site.
ORIGIN = re.compile(r"https?://(\*\.(?=[^.]+\.))?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*(:[0-9]+)?")
UNENCODED = re.compile(r"%(?![0-9A-Fa-f]{2})|\s")


def is_url(url: str) -> bool:
    """Whether libraries can parse this URL without taking a part of its password for something else."""
    try:
        parts = urlsplit(url)
        # After an unencoded / the rest of a password is taken for the port, and after an @ for the host.
        is_one_host = parts.port != 0 and parts.netloc.count("@") <= 1
    except ValueError:
        return False
    return is_one_host and "://" in url and not UNENCODED.search(url)


class Settings(BaseSettings):
    """Read from environment variables named like the fields, in capitals; ``.env.example`` lists them all."""

    # Inputs are hidden, because the error for a missing setting would print the others.
    model_config = SettingsConfigDict(env_ignore_empty=True, hide_input_in_errors=True)

    database_reader_url: SecretStr = Field(description="Postgres as the read-only role.")
    database_read_url: SecretStr = Field(
        default=SecretStr(""), description="A read replica to query instead; empty: none."
    )
    redis_url: SecretStr = Field(
        default=SecretStr(""), description="Redis for query results, shared by all workers; empty: none."
    )
    reports_host: str = Field(default="127.0.0.1", description="Address the reports listen on.")
    reports_port: int = Field(default=5500, ge=0, le=65535, description="Port the reports listen on.")
    reports_workers: int = Field(default=2, ge=1, le=64, description="Worker processes.")
    reports_threads: int = Field(default=8, ge=1, le=64, description="Concurrent callbacks per worker.")
    reports_query_seconds: float = Field(
        default=10, gt=0, description="Seconds after which a query times out; the figure then says so."
    )
    reports_stale_hours: float = Field(
        default=36, gt=0, description="Hours since the last load after which every report shows a warning."
    )
    api_public_url: str = Field(
        default="",
        description="Public address of the API, named by feeds and by pages of the reports; empty: none.",
    )
    map_style_url: str = Field(
        default="",
        description="URL of a MapLibre style for the map's background, which browsers load. Empty: none.",
    )
    frame_ancestors: str = Field(
        default="", description="Sites that may show the reports in a frame, comma-separated; empty: none."
    )
    admin_token: SecretStr = Field(
        default=SecretStr(""), description="Bearer token for the metrics; empty: metrics are disabled."
    )
    stage: str = Field(default="dev", description="Shown in the footer unless prod, and in error reports.")
    sentry_url: SecretStr = Field(default=SecretStr(""), description="Sentry DSN; empty: none.")
    sentry_traces_share: float = Field(
        default=0.01, ge=0, le=1, description="Share of requests whose trace is sent; errors are always sent."
    )
    code_version: str = Field(default="DEVELOPMENT", description="Version shown in error reports.")
    log_level: str = Field(default="INFO", description="DEBUG, INFO, WARNING or ERROR.")

    @classmethod
    def from_environment(cls) -> Settings:
        """The settings of this process. Raises pydantic's ValidationError, which names missing settings."""
        return cls()  # type: ignore[call-arg]  # the environment provides them

    @property
    def query_url(self) -> str:
        """The URL of the database for queries: the replica, if there is one."""
        return (self.database_read_url or self.database_reader_url).get_secret_value()

    @field_validator("database_reader_url", "database_read_url", "redis_url")
    @classmethod
    def _parsable(cls, value: SecretStr) -> SecretStr:
        """Checked here, because the errors of the libraries that parse these URLs contain the password."""
        if (url := value.get_secret_value()) and not is_url(url):
            raise ValueError("is not a valid URL (are special characters percent-encoded?)")
        return value

    @field_validator("frame_ancestors")
    @classmethod
    def _only_origins(cls, value: str) -> str:
        for origin in _parts(value):
            if not ORIGIN.fullmatch(origin):
                raise ValueError(
                    f"{origin} is not an origin such as https://example.org, or https://*.example.org "
                    "for its subdomains"
                )
        return value

    @field_validator("log_level")
    @classmethod
    def _known_level(cls, value: str) -> str:
        if value.upper() not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
            raise ValueError("DEBUG, INFO, WARNING or ERROR is needed")
        return value.upper()

    @field_validator("api_public_url", "map_style_url")
    @classmethod
    def _only_addresses(cls, value: str) -> str:
        if value and not ORIGIN.fullmatch(origin_of(value)):
            raise ValueError("an address such as https://api.example.org is needed")
        return value

    @property
    def map_origins(self) -> list[str]:
        """Origins that the map sends requests to, as written in a Content-Security-Policy."""
        return list(dict.fromkeys(origin_of(one) for one in (self.api_public_url, self.map_style_url) if one))

    @property
    def allowed_frames(self) -> list[str]:
        """Origins that may frame the reports, as written in a Content-Security-Policy."""
        return _parts(self.frame_ancestors)


def origin_of(address: str) -> str:
    """Scheme, host and port."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def _parts(value: str) -> list[str]:
    return [part.strip().rstrip("/") for part in value.split(",") if part.strip()]
