"""The pipeline's settings, from the environment."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    """Read from variables of the same names in capitals; every field has its line in ``.env.example``."""

    database_loader_url: str = Field(description="Postgres as the role that writes.")
    socrata_url: str = Field(
        default="https://data.lacity.org", description="The city's portal, with http:// or https://."
    )
    socrata_app_token: SecretStr = Field(
        default=SecretStr(""), description="App token; without one the portal throttles."
    )
    api_url: str = Field(default="", description="The API to tell of new data; empty: nobody is told.")
    admin_token: SecretStr = Field(
        default=SecretStr(""), description="Bearer token of the API's admin routes."
    )
    stage: str = Field(default="dev", description="Shown in messages.")
    slack_webhook_url: SecretStr = Field(default=SecretStr(""), description="Report of a night; empty: none.")
    log_level: str = Field(default="INFO", description="DEBUG, INFO, WARNING or ERROR.")
    log_format: Literal["text", "json"] = Field(default="text", description="Log lines for people, or JSON.")
    reports_url: str = Field(default="", description="Linked in the report of a night.")

    socrata_timeout_seconds: float = Field(default=60, gt=0, description="Wait for an answer's next bytes.")
    socrata_page_seconds: float = Field(
        default=900, gt=0, description="A page that takes longer, bytes coming or not, is asked for again."
    )
    socrata_attempts: int = Field(
        default=6, ge=1, description="Tries of one request before the run gives up."
    )
    socrata_backoff_seconds: float = Field(
        default=1, ge=0, description="First wait between tries; doubles, with jitter, up to a minute."
    )
    socrata_page_rows: int = Field(default=50_000, ge=1, le=50_000, description="Rows of one download page.")
    socrata_overlap_hours: float = Field(
        default=6, ge=0, description="How far before the last row seen a night starts reading again."
    )
    download_workers: int = Field(default=4, ge=1, description="Datasets downloaded at once.")
    dask_scheduler: str = Field(
        default="", description="Address of a Dask scheduler, or 'local'; empty: threads of this process."
    )
    refused_share_limit: float = Field(
        default=0.02, ge=0, le=1, description="More refused rows fail a night."
    )
    shrunk_share_limit: float = Field(
        default=0.02, ge=0, le=1, description="A dataset that lost a larger share of its rows fails a night."
    )
    prefect_api_url: str = Field(
        default="", description="A Prefect server that stays; empty: a run starts and ends one of its own."
    )
    publish_timeout_seconds: float = Field(default=120, gt=0, description="Until the API serves new data.")
    merge_work_mem_mb: int = Field(
        default=256, ge=4, description="Sort and hash memory of the merge in Postgres."
    )

    @classmethod
    def from_environment(cls) -> Settings:
        """The settings of this process. Raises pydantic's ValidationError, which names what is missing."""
        return cls()  # type: ignore[call-arg]  # the environment gives them
