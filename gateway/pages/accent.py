"""The practice's colour, made legible.

A practice chooses any colour; what reaches the page is the nearest one of its hue that is readable on white as on the
dark ground (WCAG contrast of 4.5 or more). The stylesheet's address is the colour itself, so it can be cached for ever
and asks no service.
"""

import colorsys
import re

from flask import Response, abort

from gateway.pages.blueprint import pages

OURS = "1f6f5c"
WHITE, NIGHT = (1.0, 1.0, 1.0), (0.106, 0.102, 0.094)
ENOUGH = 5.8  # more than 4.5, since the accent is also written on its own soft tint
Colour = tuple[float, float, float]


def colour_of(text: str | None) -> str:
    """Six hex digits for what a practice stored ("#0A7", "0a7766", nothing)."""
    digits = (text or "").lstrip("#").lower()
    if re.fullmatch(r"[0-9a-f]{3}", digits):
        digits = "".join(d * 2 for d in digits)
    return digits if re.fullmatch(r"[0-9a-f]{6}", digits) else OURS


def contrast(one: Colour, other: Colour) -> float:
    """WCAG 2 contrast of two colours, 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def readable(colour: Colour, ground: Colour) -> Colour:
    """The colour itself, or made darker (on a light ground) or lighter until it can be read on `ground`."""
    hue, light, saturation = colorsys.rgb_to_hls(*colour)
    step = -0.01 if _luminance(ground) > 0.5 else 0.01
    while contrast(colour, ground) < ENOUGH:
        light = min(1.0, max(0.0, light + step))
        colour = colorsys.hls_to_rgb(hue, light, saturation)
    return colour


def soft(accent: Colour, ground: Colour) -> Colour:
    """The ground with a breath of the accent: what slots and notices stand on."""
    return _mix(ground, accent, 0.08 if ground == WHITE else 0.12)


def stylesheet(digits: str) -> str:
    """The custom properties of both schemes."""
    wanted = _colour(digits)
    day, night = readable(wanted, WHITE), readable(wanted, NIGHT)
    return (
        f":root{{{_properties(day, WHITE, WHITE)}}}\n"
        f"@media (prefers-color-scheme:dark){{:root{{{_properties(night, NIGHT, NIGHT)}}}}}\n"
    )


@pages.get("/accent/<digits>.css")
def accent(digits: str) -> Response:
    """The stylesheet of one colour."""
    if not re.fullmatch(r"[0-9a-f]{6}", digits):
        abort(404)
    response = Response(stylesheet(digits), mimetype="text/css")
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


@pages.get("/accent/<digits>.svg")
def swatch(digits: str) -> Response:
    """How buttons of one colour look on the pages, by day and by night: a picture for whoever chooses it."""
    if not re.fullmatch(r"[0-9a-f]{6}", digits):
        abort(404)
    wanted = _colour(digits)
    day, night = _hex(readable(wanted, WHITE)), _hex(readable(wanted, NIGHT))
    grounds = ((0, _hex(WHITE), day, _hex(WHITE)), (160, _hex(NIGHT), night, _hex(NIGHT)))
    parts = "".join(
        f'<rect x="{x}" width="160" height="72" fill="{ground}"/>'
        f'<rect x="{x + 16}" y="14" width="74" height="44" rx="8" fill="{fill}"/>'
        f'<text x="{x + 53}" y="42" fill="{text}" text-anchor="middle">09:30</text>'
        f'<text x="{x + 104}" y="42" fill="{fill}">Aa</text>'
        for x, ground, fill, text in grounds
    )
    font = 'font-family="system-ui,sans-serif" font-size="17" font-weight="600"'
    picture = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="320" height="72" viewBox="0 0 320 72" {font}>{parts}</svg>'
    )
    response = Response(picture, mimetype="image/svg+xml")
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def on_white(digits: str) -> float:
    """The colour's own contrast with white; from 4.5 on it can be read there."""
    return round(contrast(_colour(digits), WHITE), 1)


def _colour(digits: str) -> Colour:
    return int(digits[0:2], 16) / 255, int(digits[2:4], 16) / 255, int(digits[4:6], 16) / 255


def _properties(accent: Colour, ground: Colour, text: Colour) -> str:
    shades = {
        "accent": accent,
        "on-accent": text,
        "accent-strong": _mix(accent, (0, 0, 0) if ground == WHITE else WHITE, 0.18),
        "accent-soft": soft(accent, ground),
        "accent-line": _mix(ground, accent, 0.35),
    }
    return ";".join(f"--{name}:{_hex(shade)}" for name, shade in shades.items())


def _mix(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (a + (b - a) * share for a, b in zip(one, other, strict=True))
    return red, green, blue


def _hex(colour: Colour) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in colour)


def _luminance(colour: Colour) -> float:
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
