"""A brief as a picture of 1200 by 630 pixels, the usual size of link previews."""

from __future__ import annotations

import io
from collections.abc import Sequence
from textwrap import wrap
from typing import Any, cast

from pandas import DataFrame
from PIL import Image, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo

from data.frames import records
from documents.brief import Brief
from documents.drawing import Projection
from figures.colors import ACCENT
from figures.maps import bounds_of
from report_kit import text

SIZE = (1200, 630)
INK, QUIET, LINE, PAPER, POINT = "#1C2733", "#55616E", "#B9C1C9", "#FFFFFF", "#D97F22"
EDGE = 56
MAP_BOX = (790, 150, 1150, 540)
SMOOTH = 2
"""The map is drawn larger by this factor, then scaled down: Pillow draws lines without antialiasing."""
Shapes = tuple[DataFrame, list[dict[str, Any]]]


def png(found: Brief, city: str, shapes: Shapes) -> bytes:
    """The picture as a PNG file; its Description text chunk has the same content in words."""
    image = Image.new("RGB", SIZE, PAPER)
    if len(shapes[0]):
        image.paste(_map(found, shapes), MAP_BOX[:2])
    draw = ImageDraw.Draw(image)
    _headline(draw, found, city)
    _numbers(draw, found)
    _types(draw, found)
    about = PngInfo()
    about.add_itxt("Description", found.summary)
    body = io.BytesIO()
    image.save(body, "PNG", pnginfo=about, optimize=True)
    return body.getvalue()


def _font(size: int) -> ImageFont.FreeTypeFont:
    # Pillow's built-in font: the container image has no fonts.
    return cast("ImageFont.FreeTypeFont", ImageFont.load_default(size))


def _bold(
    draw: ImageDraw.ImageDraw, place: tuple[float, float], words: str, size: int, color: str = INK
) -> None:
    draw.text(place, words, color, _font(size), stroke_width=1, stroke_fill=color)


def _headline(draw: ImageDraw.ImageDraw, found: Brief, city: str) -> None:
    draw.rectangle((0, 0, SIZE[0], 14), ACCENT)
    _bold(draw, (EDGE, 40), found.name if len(found.name) < 46 else f"{found.name[:44]}…", 44)
    draw.text((EDGE, 98), f"{city} 311 · {found.period.title}", QUIET, _font(26))


def _numbers(draw: ImageDraw.ImageDraw, found: Brief) -> None:
    """The first four numbers, with their changes."""
    for place, one in enumerate(found.numbers[:4]):
        x, y = EDGE + (place % 2) * 360, 155 + (place // 2) * 130
        draw.text((x, y), one.label, QUIET, _font(22))
        _bold(draw, (x, y + 26), one.shown, 46)
        draw.text((x, y + 82), _short(one.note), QUIET, _font(18))


def _short(note: str) -> str:
    return wrap(note, 42)[0] if note else ""


def _types(draw: ImageDraw.ImageDraw, found: Brief) -> None:
    """The largest types as bars."""
    top = [row for row in records(found.types.head(4)) if row["requests"]]
    draw.text((EDGE, 425), "Most requested" if top else "No requests", QUIET, _font(22))
    largest = max((row["requests"] for row in top), default=1)
    for place, row in enumerate(top):
        y = 460 + place * 34
        draw.text((EDGE, y), str(row["type"])[:30], INK, _font(21))
        end = EDGE + 340 + 260 * row["requests"] / largest
        draw.rectangle((EDGE + 340, y + 4, end, y + 24), ACCENT)
        draw.text((end + 10, y), text.number(row["requests"]), INK, _font(21))


def _map(found: Brief, shapes: Shapes) -> Image.Image:
    polygons, own = shapes
    west, north, east, south = MAP_BOX
    width, height = east - west, south - north
    image = Image.new("RGB", (width * SMOOTH, height * SMOOTH), PAPER)
    draw = ImageDraw.Draw(image)
    bounds = bounds_of(own or list(polygons["polygon"]), (-180, -90, 180, 90))
    projection = Projection(bounds, *image.size)
    for polygon in polygons["polygon"]:
        _outline(draw, projection.rings(polygon), LINE, 1)
    for polygon in own:
        for ring in projection.rings(polygon):
            draw.polygon(ring, "#E3EFF7")
        _outline(draw, projection.rings(polygon), ACCENT, 4)
    for longitude, latitude, number in found.places.itertuples(index=False):
        x, y = projection.point(longitude, latitude)
        radius = SMOOTH * min(3 + number**0.5, 12)
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), POINT, PAPER)
    return image.resize((width, height), Image.Resampling.LANCZOS)


def _outline(
    draw: ImageDraw.ImageDraw, rings: Sequence[Sequence[tuple[float, float]]], color: str, width: int
) -> None:
    for ring in rings:
        draw.line([*ring, ring[0]], color, width)
