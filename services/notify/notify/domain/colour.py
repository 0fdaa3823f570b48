"""The practice's accent, corrected until it can be read (WCAG 2.2, 4.5:1)."""

import re
from functools import lru_cache

DEFAULT = "#1f5f6b"
READABLE = 4.5
PAPER, NIGHT = "#ffffff", "#24221f"
_HEX = re.compile(r"^#[0-9a-fA-F]{6}$")


def contrast(one: str, other: str) -> float:
    """The WCAG contrast ratio of two colours, 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def on_paper(accent: str | None) -> str:
    """The accent, darkened until white words on it, and it on white, are readable."""
    return _shade(_valid(accent), PAPER, "#000000")


def on_night(accent: str | None) -> str:
    """The accent, lightened until it is readable on the dark scheme's card."""
    return _shade(_valid(accent), NIGHT, "#ffffff")


def _valid(accent: str | None) -> str:
    return accent if accent and _HEX.match(accent) else DEFAULT


@lru_cache(maxsize=256)
def _shade(colour: str, ground: str, towards: str) -> str:
    for step in range(21):
        mixed = _mix(colour, towards, step / 20)
        if contrast(mixed, ground) >= READABLE:
            return mixed
    return towards


def _channels(colour: str) -> list[int]:
    return [int(colour[i : i + 2], 16) for i in (1, 3, 5)]


def _mix(one: str, other: str, share: float) -> str:
    pairs = zip(_channels(one), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def _luminance(colour: str) -> float:
    parts = [c / 255 for c in _channels(colour)]
    r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
