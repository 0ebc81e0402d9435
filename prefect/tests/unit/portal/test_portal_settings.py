"""The portal's settings."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest
from pydantic import ValidationError

from portal.__main__ import build_portal
from portal.settings import Settings


def test_every_setting_says_what_it_is_for() -> None:
    assert all(field.description for field in Settings.model_fields.values())


def test_they_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL_REQUESTS", "1234")
    monkeypatch.setenv("PORTAL_TODAY", "2026-11-24")
    settings = Settings()
    assert (settings.portal_requests, str(settings.portal_today)) == (1234, "2026-11-24")


@pytest.mark.parametrize(
    "wrong", [{"portal_requests": -1}, {"portal_bad_share": 2}, {"portal_today": "soon"}]
)
def test_impossible_values_are_rejected(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Settings(**wrong)  # type: ignore[arg-type]


def test_an_empty_path_is_no_path() -> None:
    settings = Settings(portal_data="", portal_boundaries="", portal_cache="", portal_today="")  # type: ignore[arg-type]
    assert (settings.portal_data, settings.portal_cache, settings.portal_today) == (None, None, None)


def test_a_file_takes_the_place_of_the_city(tmp_path: Path) -> None:
    data = tmp_path / "rows.json"
    data.write_text('[{"srnumber": "1-1", "createddate": "2019-05-01T00:00:00.000"}]', encoding="utf-8")
    with ExitStack() as stack:
        portal = build_portal(Settings(portal_data=data, portal_cache=tmp_path), stack)
        again = build_portal(Settings(portal_data=data, portal_cache=tmp_path), stack)
        for store in (portal.store, again.store):
            assert sum(store.count(dataset) for dataset in store.datasets.values()) == 1
        assert again.store.count(again.store.datasets["pvft-t768"]) == 1


def test_a_portal_is_built_from_them(tmp_path: Path) -> None:
    settings = Settings(
        portal_requests=100,
        portal_cache=tmp_path,
        portal_faults='[{"kind": "cut", "times": 1}]',
        portal_tokens="one,two",
        portal_anonymous_per_minute=5,
    )
    with ExitStack() as stack:
        portal = build_portal(settings, stack)
        assert sum(portal.store.count(dataset) for dataset in portal.store.datasets.values()) >= 100
        assert portal.throttle.tokens == {"one", "two"}
        assert portal.board.hitting("resource", "")
