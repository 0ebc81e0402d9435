"""The stage to deploy to, and the images to deploy."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

PINNED = re.compile(r"[a-z0-9][a-z0-9./_:-]*@sha256:[0-9a-f]{64}")


class Problem(Exception):  # noqa: N818  the name that tools/ uses
    """An expected failure; its text is the whole message to the user."""


@dataclass(frozen=True)
class Images:
    """One pinned image for each name; the API's also runs the migrations."""

    api: str
    reports: str
    pipeline: str

    def __post_init__(self) -> None:
        for name, image in asdict(self).items():
            if not PINNED.fullmatch(image):
                raise Problem(f"the image of {name} is not pinned by digest: {image!r}.")

    def of(self, container: str) -> str:
        """The image of a container."""
        return self.api if container == "migrate" else str(getattr(self, container))


@dataclass(frozen=True)
class Target:
    """A stage, as Terraform's output ``deployment`` describes it."""

    region: str
    city: str
    cluster: str
    services: Mapping[str, str]
    task_families: Mapping[str, str]
    subnets: list[str]
    security_groups: Mapping[str, str]
    log_groups: Mapping[str, str]
    image_parameters: Mapping[str, str]
    api_url: str
    reports_url: str
    # Tasks need public addresses, since there is no NAT.
    is_public: bool
    # identifier, subnet_group, security_group, parameter_group, kms_key_arn, replica (empty without one)
    database: Mapping[str, str]
    # topic_arn, alarm, rule, subscription
    drill: Mapping[str, str]

    @classmethod
    def read(cls, text: str) -> Target:
        """From the JSON in DEPLOYMENT; raises ``Problem`` when a field is missing."""
        try:
            values: dict[str, Any] = json.loads(text)
            return cls(**{field.name: values[field.name] for field in fields(cls)})
        except (ValueError, KeyError, TypeError) as error:
            raise Problem(
                f"DEPLOYMENT must be the JSON of `terraform output -json deployment` ({error!r})."
            ) from error
