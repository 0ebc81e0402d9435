"""The picture of the dashboard, without Prometheus; integration/test_dashboard.py has the test with it."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml
from matplotlib.figure import Figure

from tools.dashboard import plot, scraping

VALUES = {
    "API_URL": "http://127.0.0.1:5001",
    "REPORTS_URL": "http://127.0.0.1:5501",
    "ADMIN_TOKEN": "secret",
}


def test_every_service_is_scraped_at_its_address(tmp_path: Path) -> None:
    config = yaml.safe_load(scraping.configuration(VALUES, tmp_path, 9311).read_text())
    found = {job["job_name"]: job["static_configs"][0]["targets"] for job in config["scrape_configs"]}
    addresses = {name: [urlsplit(VALUES[f"{name.upper()}_URL"]).netloc] for name in ("api", "reports")}
    assert found == addresses | {"pipeline": ["127.0.0.1:9311"]}
    files = {
        job["authorization"]["credentials_file"] for job in config["scrape_configs"] if "authorization" in job
    }
    assert [Path(file).read_text() for file in files] == ["secret"]


@pytest.mark.parametrize(
    ("legend", "metric", "expected"),
    [("{{route}}", {"route": "/types"}, "/types"), ("5 minutes", {}, "5 minutes"), ("{{ gone }}", {}, "")],
)
def test_a_legend_names_the_labels(legend: str, metric: dict[str, str], expected: str) -> None:
    assert plot.label(legend, metric) == expected


@pytest.mark.parametrize("panel", plot.panels(), ids=lambda panel: panel["title"])
def test_every_panel_can_be_drawn(panel: dict[str, object]) -> None:
    axes = Figure().subplots()
    plot.draw_panel(axes, panel, [("a line", [0.0, 1.0], [0.25, 0.5])])
    assert axes.get_title(loc="left") == panel["title"]
