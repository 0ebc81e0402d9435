"""The browser of screenshots, benchmarks and tests, and when a page in it has finished loading."""

from __future__ import annotations

BROWSER = "chromium-headless-shell"
# The last two arguments: the map needs WebGL, which machines without a GPU render in software.
WITH_GRAPHICS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
]
# Otherwise WebGL draws all pages, and emulating it takes longer than the pages themselves.
ARGUMENTS = [*WITH_GRAPHICS, "--disable-gpu-rasterization", "--disable-gpu-compositing"]
IS_LOADED = """() => document.querySelector('h1') && !document.querySelector('#preview')
    && !document.querySelector('.mantine-Skeleton-root')
    && !document.querySelector('[data-dash-is-loading="true"]') && !document.querySelector('.grid-waits')"""
MAP_IS_IDLE = """() => { const state = (document.querySelector('.city-map') || {}).mapState;
    return state && state.isReady && !state.counting && state.map.loaded()
        && !document.querySelector('#preview') && /\\d/.test(state.parts.status.textContent); }"""
