"""The API's settings, from the environment."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

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
    """Read from variables with the same names in capitals; every field is in ``.env.example``."""

    # Inputs are hidden, because the error for a missing setting would print the others.
    model_config = SettingsConfigDict(env_ignore_empty=True, hide_input_in_errors=True)

    database_reader_url: SecretStr = Field(description="Postgres as the read-only role.")
    database_read_url: SecretStr = Field(
        default=SecretStr(""), description="A read replica to query instead; empty: none."
    )
    redis_url: SecretStr = Field(description="Redis for cached responses, shared by all workers.")
    admin_token: SecretStr = Field(
        default=SecretStr(""),
        description="Bearer token of the admin routes; empty: they are disabled.",
    )
    api_allowed_origins: str = Field(
        default="", description="Browser origins that may call the API, comma-separated and exact."
    )
    api_host: str = Field(default="127.0.0.1", description="Address the API listens on.")
    api_public_url: str = Field(
        default="",
        description="Public address of the API, named by feeds and by pages of the reports; empty: none.",
    )
    api_port: int = Field(default=5000, ge=0, le=65535, description="Port the API listens on.")
    api_workers: int = Field(default=2, ge=1, le=64, description="Worker processes.")
    api_stop_seconds: int = Field(
        default=20, ge=1, description="Time for requests in flight to finish after SIGTERM."
    )
    api_pool_size: int = Field(default=8, ge=1, le=100, description="Database connections of one worker.")
    api_pool_wait_seconds: float = Field(
        default=5, gt=0, description="Longest wait for a database connection; then the response is 503."
    )
    api_query_seconds: float = Field(default=15, gt=0, description="Longest query; then the response is 503.")
    api_export_seconds: float = Field(default=900, gt=0, description="Longest export before it is cut off.")
    api_body_bytes: int = Field(default=1_000_000, ge=1_000, description="Largest request body.")
    cache_memory_mb: int = Field(default=128, ge=1, description="Memory for cached responses in one worker.")
    cache_redis_mb: int = Field(
        default=250, ge=0, description="Memory limit to set on a Redis without one; 0: leave it unchanged."
    )
    exports_folder: str = Field(
        default="",
        description="Folder that caches finished exports until their requests change; empty: no cache.",
    )
    exports_mb: int = Field(default=2_000, ge=4, description="Size limit of that folder.")
    stage: str = Field(default="dev", description="Shown by /status/api and in error reports.")
    files_location: str = Field(
        default="", description="Folder of the city's files, or s3://bucket/prefix; empty: there are none."
    )
    files_url: str = Field(
        default="/files",
        description="Public address of the files; for a bucket, /files of the API redirects there.",
    )
    code_version: str = Field(default="DEVELOPMENT", description="Version shown by /status/api.")
    git_sha: str = Field(default="DEVELOPMENT", description="Commit shown by /status/api.")
    log_level: str = Field(default="INFO", description="DEBUG, INFO, WARNING or ERROR.")
    sentry_url: SecretStr = Field(default=SecretStr(""), description="Sentry DSN; empty: none.")
    sentry_traces_share: float = Field(
        default=0.01, ge=0, le=1, description="Share of requests whose trace is sent; errors are always sent."
    )
    github_token: SecretStr = Field(default=SecretStr(""), description="Token to open an issue for feedback.")
    github_issues_url: str = Field(default="", description="API URL of the repository's issues.")
    sendgrid_api_key: SecretStr = Field(
        default=SecretStr(""), description="Key to mail feedback to the team."
    )
    sendgrid_url: str = Field(
        default="https://api.sendgrid.com/v3/mail/send", description="API URL that sends mail."
    )
    feedback_mail_to: str = Field(default="", description="The team's address, the only recipient of mail.")
    feedback_mail_from: str = Field(default="", description="Sender of that mail, verified with SendGrid.")
    feedback_per_client: int = Field(default=5, ge=1, description="Messages from one client in an hour.")
    feedback_per_hour: int = Field(default=60, ge=1, description="Messages from all clients in an hour.")

    @field_validator("log_level")
    @classmethod
    def _known_level(cls, value: str) -> str:
        if value.upper() not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
            raise ValueError("must be DEBUG, INFO, WARNING or ERROR")
        return value.upper()

    @field_validator("database_reader_url", "database_read_url", "redis_url")
    @classmethod
    def _parsable(cls, value: SecretStr) -> SecretStr:
        """Checked here, because the errors of the libraries that parse these URLs contain the password."""
        if (url := value.get_secret_value()) and not is_url(url):
            raise ValueError("is not a valid URL (are special characters percent-encoded?)")
        return value

    @classmethod
    def from_environment(cls) -> Settings:
        """Raises ValidationError if a setting is missing or invalid."""
        return cls()  # type: ignore[call-arg]  # pydantic reads the environment

    @property
    def query_url(self) -> str:
        """The database to query: the replica, if there is one."""
        return (self.database_read_url or self.database_reader_url).get_secret_value()

    @property
    def files_folder(self) -> str:
        """The folder of the files to serve; empty if a bucket holds them, or there are none."""
        return "" if "://" in self.files_location else self.files_location

    @property
    def files_elsewhere(self) -> str:
        """The public URL of the files if a bucket holds them; empty if this API serves a folder."""
        is_elsewhere = "://" in self.files_location and "://" in self.files_url
        return self.files_url.rstrip("/") if is_elsewhere else ""

    @property
    def allowed_origins(self) -> frozenset[bytes]:
        """The allowed origins, as they appear in the Origin header."""
        parts = (part.strip().rstrip("/") for part in self.api_allowed_origins.split(","))
        return frozenset(part.encode() for part in parts if part)
