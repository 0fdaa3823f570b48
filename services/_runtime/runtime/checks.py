"""What settings may be. Each check raises ValueError, with words for whoever set it."""

import base64
import binascii
import math
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

Check = Callable[[Any], None]
KEY_BYTES = 32  # Ed25519
SHORTEST_LINK_KEY = 16
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


def address(*schemes: str, empty: bool = False, host: bool = True) -> Check:
    """A URL with one of these schemes (`postgresql+psycopg2` counts as `postgresql`) and a host. What is wrong is told
    without the value, which may hold a password."""

    def check(value: str) -> None:
        if empty and not value:
            return
        if urlsplit(value).scheme.partition("+")[0] not in schemes:
            raise ValueError(f"use a URL that begins with {' or '.join(f'{scheme}:' for scheme in schemes)}")
        if host and not (urlsplit(value).hostname and _port_is_right(value)):
            raise ValueError("use a URL with a host, and a port from 0 to 65535 or none")

    return check


def _port_is_right(value: str) -> bool:
    try:
        _ = urlsplit(value).port
    except ValueError:
        return False
    return True


def broker(value: str) -> None:
    """A URL of a broker, or nothing. Not `amqps:`: what hands failed events on speaks no TLS."""
    address("amqp", empty=True)(value)
    parts = urlsplit(value)
    if (parts.username is None) != (parts.password is None):
        raise ValueError("use a URL with user and password, or with neither")


def matching(pattern: str, words: str) -> Check:
    """A text of this form; `words` say which."""

    def check(value: str) -> None:
        if not re.fullmatch(pattern, value):
            raise ValueError(f"use {words}")

    return check


def among(*values: str) -> Check:
    """One of these."""

    def check(value: str) -> None:
        if value not in values:
            raise ValueError(f"use one of {', '.join(values)}")

    return check


def between(least: float, most: float = math.inf) -> Check:
    """A number within bounds, both included."""

    def check(value: float) -> None:
        if not least <= value <= most:
            raise ValueError(f"use {least:g} or more" if most == math.inf else f"use {least:g} to {most:g}")

    return check


def key(value: str) -> None:
    """An Ed25519 key, 32 bytes in base64."""
    try:
        length = len(base64.b64decode(value, validate=True))
    except binascii.Error:
        length = 0
    if length != KEY_BYTES:
        raise ValueError(f"use {KEY_BYTES} bytes in base64")


def keys(value: Any) -> None:
    """Such keys by name."""
    if not isinstance(value, dict) or not all(isinstance(one, str) for one in value.values()):
        raise ValueError("use a JSON object of texts")
    for one in value.values():
        key(one)


PORT = between(0, 65535)
POSITIVE = between(1e-3)
LOG_LEVEL = among(*LOG_LEVELS)
DATABASE = address("sqlite", "postgresql", host=False)
BROKER = broker
WEB = address("http", "https")
LINK_KEY = matching(f".{{{SHORTEST_LINK_KEY},}}", f"{SHORTEST_LINK_KEY} characters or more")
LINK_KEY_OR_NONE = matching(f"(.{{{SHORTEST_LINK_KEY},}})?", f"{SHORTEST_LINK_KEY} characters or more")
