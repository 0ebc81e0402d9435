"""The one response that the README shows."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

from tests.support.serving import Api

README = Path(__file__).parents[4] / "README.md"
SHOWN = re.compile(r"^\$ curl (\S+).*\n(.*), …\]$", re.MULTILINE)


def test_the_readme_shows_a_command_and_the_beginning_of_its_response(api: Api) -> None:
    shown = SHOWN.findall(README.read_text())
    assert len(shown) == 1
    ((url, beginning),) = shown
    response = api.get(urlsplit(url).path)
    assert response.status_code == 200
    assert response.text.startswith(f"{beginning},{{")
