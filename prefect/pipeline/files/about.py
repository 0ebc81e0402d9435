"""Title, publisher, source and license of the files, declared by the city."""

from __future__ import annotations

import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict

CITIES = Path(__file__).parents[2] / "cities"


class About(BaseModel):
    """``cities/<key>/files.toml``; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    description: str
    keywords: tuple[str, ...] = ("311",)
    publisher: str
    contact_name: str = ""
    contact_email: str = ""
    source_title: str = ""
    source_url: str = ""
    license_title: str = ""
    license_url: str = ""
    spatial: str = ""


def about(city_key: str, city_name: str) -> About:
    """The declaration of the city; a plain title if it has none."""
    path = CITIES / city_key / "files.toml"
    if path.is_file():
        return About.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    title = f"{city_name} 311 service requests"
    return About(title=title, description=f"{title}.", publisher=city_name)
