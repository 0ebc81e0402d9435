"""A page as plain HTML, for a browser that has not loaded Dash's scripts yet.

Text, links, numbers and the map are the same as on the page; controls, figures and grids are replaced by
boxes of the same size. ``assets/preview.js`` removes the preview once Dash has drawn the page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

from dash.development.base_component import Component
from flask import request

from report_kit import assets, layout
from report_kit.report import Report

HTML = "dash_html_components"
# No ids, which would occur twice in the page, and no data for scripts that act on Dash's page.
ATTRIBUTES = {"className": "class"} | {
    name: name for name in ("href", "role", "aria-label", "aria-hidden", "data-map")
}
MAP = 'class="city-map"'
WITHOUT_END = {"br", "hr", "img", "input"}
Props = Mapping[str, Any]


def of(reports: Sequence[Report], stage: str) -> str:
    """The HTML of the requested page, if it has a preview and its map can be drawn at once; else empty."""
    if not any(report.path == request.path and report.has_preview for report in reports):
        return ""
    shown = html_of(layout.layout(reports, stage, is_served=True))
    script = f'<script defer src="{assets.address("preview.js")}"></script>'
    return f'<div id="preview">{shown}</div>{script}' if MAP in shown else ""


def later(links: str, scripts: str, renderer: str) -> dict[str, str]:
    """Dash's scripts in a template, from which ``assets/preview.js`` starts them."""
    return {"scripts": f'<template id="later">{links}{scripts}', "renderer": f"{renderer}</template>"}


def html_of(content: Component | Sequence[Any] | str | float | None) -> str:
    """The content as HTML, with everything in it escaped."""
    if content is None:
        return ""
    if isinstance(content, Component):
        return _component(content)
    if isinstance(content, str | int | float):
        return escape(str(content))
    return "".join(html_of(part) for part in content)


def _component(component: Component) -> str:
    described = component.to_plotly_json()
    name, props = described["type"], described["props"]
    if described["namespace"] == HTML:
        return _element(name.lower(), props)
    return DRAWN.get(name, _nothing)(props)


def _element(tag: str, props: Props) -> str:
    start = f"<{tag}{_attributes(props)}>"
    return start if tag in WITHOUT_END else f"{start}{html_of(props.get('children'))}</{tag}>"


def _attributes(props: Props) -> str:
    named = {ATTRIBUTES[name]: value for name, value in props.items() if name in ATTRIBUTES}
    hidden = " hidden" if props.get("hidden") else ""
    return hidden + "".join(f' {name}="{escape(str(value))}"' for name, value in named.items())


def _link(props: Props) -> str:
    return _element("a", props)


def _inside(props: Props) -> str:
    return html_of(props.get("children"))


def _control(props: Props) -> str:
    field = f'<div class="preview-field">{escape(props.get("placeholder") or "")}</div>'
    return f'<div class="preview-control" style="width:{int(props["w"])}px">{_label(props)}{field}</div>'


def _wrapper(props: Props) -> str:
    return f'<div class="preview-control">{_label(props)}{html_of(props.get("children"))}</div>'


def _segments(props: Props) -> str:
    labels = "".join(f"<span>{escape(one['label'])}</span>" for one in props["data"])
    return f'<div class="preview-segments">{labels}</div>'


def _label(props: Props) -> str:
    return f'<span class="preview-label">{escape(props["label"])}</span>'


def _space(props: Props) -> str:
    height = props.get("height") or props.get("style", {}).get("height") or 0
    return f'<div style="height:{int(height)}px"></div>'


def _toggle(_props: Props) -> str:
    return '<div class="preview-toggle"></div>'


def _nothing(_props: Props) -> str:
    return ""


DRAWN: Mapping[str, Callable[[Props], str]] = {
    "MantineProvider": _inside,
    "Link": _link,
    "DatePickerInput": _control,
    "Select": _control,
    "MultiSelect": _control,
    "InputWrapper": _wrapper,
    "SegmentedControl": _segments,
    "Skeleton": _space,
    "ColorSchemeToggle": _toggle,
    "Graph": _space,
}
"""Renderers of components that are not HTML elements; others, such as stores, render nothing."""
