"""pip's settings, translated for uv."""

from __future__ import annotations

from tools.pip_settings import parse_pip_config, uv_settings

LISTING = """:env:.disable-pip-version-check='1'
global.index-url='https://mirror.example/simple'
global.timeout='60'
install.find-links='/one\\n/two'
wheel.index-url='https://other.example'
"""


def test_sections_are_read_and_others_left_out() -> None:
    assert parse_pip_config(LISTING) == {
        "disable-pip-version-check": "1",
        "index-url": "https://mirror.example/simple",
        "timeout": "60",
        "find-links": "/one\n/two",
    }


def test_the_environment_wins() -> None:
    text = ":env:.index-url='https://b.example'\nglobal.index-url='https://a.example'\n"
    assert parse_pip_config(text) == {"index-url": "https://b.example"}


def test_settings_get_the_names_that_uv_reads() -> None:
    assert uv_settings(parse_pip_config(LISTING)) == {
        "UV_DEFAULT_INDEX": "https://mirror.example/simple",
        "UV_HTTP_TIMEOUT": "60",
        "UV_FIND_LINKS": "/one,/two",
    }


def test_a_second_index_counts_as_much_as_the_first() -> None:
    assert uv_settings({"extra-index-url": "https://b.example https://c.example"}) == {
        "UV_INDEX": "https://b.example https://c.example",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
    }
