"""The pipeline's settings, from the environment."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from pipeline.errors import SettingsError

LogLevel = Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(str.upper)]


class Settings(BaseSettings):
    """Read from variables with the same names in capitals; every field has a line in ``.env.example``."""

    # An empty variable counts as not set. Inputs are hidden because errors would print other settings, too.
    model_config = SettingsConfigDict(env_ignore_empty=True, hide_input_in_errors=True)

    database_loader_url: str = Field(description="Postgres, as the role that writes.")
    city: str = Field(default="la", description="Name of the city's folder in prefect/cities.")
    socrata_url: str = Field(
        default="",
        description="URL of the portal, with http:// or https://; empty: the one that the city declares.",
    )
    socrata_app_token: SecretStr = Field(
        default=SecretStr(""),
        description="App token; without one the portal throttles, and SODA3 rejects every request.",
    )
    socrata_transport: Literal["auto", "soda2", "soda3"] = Field(
        default="auto", description="auto: SODA2 until the portal discontinues it, then SODA3."
    )
    api_url: str = Field(default="", description="The API that serves the data; empty: it is not notified.")
    admin_token: SecretStr = Field(
        default=SecretStr(""), description="Bearer token of the API's admin routes."
    )
    stage: str = Field(default="dev", description="Name of the deployment, shown in messages.")
    slack_webhook_url: SecretStr = Field(
        default=SecretStr(""), description="Slack webhook for the report of each run; empty: none."
    )
    sentry_url: SecretStr = Field(default=SecretStr(""), description="Sentry DSN; empty: none.")
    metrics_port: int = Field(
        default=0, ge=0, le=65535, description="Port of the metrics while a schedule is served; 0: none."
    )
    metrics_host: str = Field(default="127.0.0.1", description="Address on which the metrics are served.")
    heartbeat_url: SecretStr = Field(
        default=SecretStr(""),
        description="URL requested after every published run, for a dead man's switch; empty: none.",
    )
    log_level: LogLevel = Field(default="INFO", description="DEBUG, INFO, WARNING or ERROR.")
    log_format: Literal["text", "json"] = Field(default="text", description="Plain text, or JSON.")
    reports_url: str = Field(default="", description="URL of the reports, linked in the report of each run.")

    files_location: str = Field(
        default="", description="Folder of the city's files, or s3://bucket/prefix; empty: there are none."
    )
    files_url: str = Field(
        default="/files",
        description="Public address of the files; for a bucket, /files of the API redirects there.",
    )

    socrata_timeout_seconds: float = Field(
        default=60, gt=0, description="Longest wait for the next bytes of a response."
    )
    socrata_page_seconds: float = Field(
        default=900,
        gt=0,
        description="A page that takes longer is requested again, even if bytes are still arriving.",
    )
    socrata_attempts: int = Field(
        default=6, ge=1, description="Attempts of one request before its dataset is skipped."
    )
    socrata_backoff_seconds: float = Field(
        default=1, ge=0, description="First wait between attempts; doubles, with jitter, up to a minute."
    )
    socrata_page_rows: int = Field(default=50_000, ge=1, le=50_000, description="Rows of one download page.")
    socrata_overlap_hours: float = Field(
        default=6, ge=0, description="How far before the watermark a run starts reading."
    )
    download_workers: int = Field(default=4, ge=1, description="Datasets downloaded in parallel.")
    dask_scheduler: str = Field(
        default="", description="Address of a Dask scheduler, or 'local'; empty: threads of this process."
    )
    rejected_share_limit: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description="Overrides the city's limit on the share of rejected rows, for one run.",
    )
    shrunk_share_limit: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description="Overrides the city's limit on the share of rows that are gone, for one run.",
    )
    prefect_api_url: str = Field(
        default="", description="A permanent Prefect server; empty: each run starts and stops its own."
    )
    publish_timeout_seconds: float = Field(
        default=120, gt=0, description="Time for the API to serve new data."
    )
    changes_retention_days: int = Field(
        default=0, ge=0, description="Days that the history of requests is kept; 0: indefinitely."
    )
    retired_retention_days: int = Field(
        default=365,
        ge=0,
        description="Days to keep requests that the city no longer publishes; 0: indefinitely.",
    )
    rejected_retention_days: int = Field(
        default=180, ge=0, description="Days to keep rejected rows; 0: indefinitely."
    )
    log_table_retention_days: int = Field(
        default=365, ge=0, description="Days to keep rows of the table log; 0: indefinitely."
    )
    merge_work_mem_mb: int = Field(
        default=256, ge=4, description="Sort and hash memory of the merge in Postgres."
    )

    @model_validator(mode="after")
    def _token_for_soda3(self) -> Settings:
        if self.socrata_transport == "soda3" and not self.socrata_app_token.get_secret_value():
            raise ValueError("SOCRATA_TRANSPORT=soda3 needs SOCRATA_APP_TOKEN")
        return self

    @property
    def portal_host(self) -> str:
        return urlsplit(self.socrata_url).hostname or ""

    @classmethod
    def from_environment(cls, **given: str) -> Settings:
        """The settings of this process, with the given ones overriding the environment.

        Raises SettingsError, which names the variables, if any are missing or invalid.
        """
        values: dict[str, Any] = dict(given)
        try:
            return cls(**values)
        except ValidationError as error:
            named = (_problem(problem["loc"], problem["msg"]) for problem in error.errors())
            raise SettingsError(", ".join(named)) from error


def _problem(location: tuple[int | str, ...], message: str) -> str:
    message = message.removeprefix("Value error, ")
    return f"{str(location[0]).upper()}: {message}" if location else message
