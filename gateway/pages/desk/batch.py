"""A decision about several appointments, taken back with one button."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from uuid import UUID

from gateway.pages.backend import Json

ID, VERSION = 16, 4  # bytes


def packed(items: Iterable[Json]) -> str:
    """The ids of these appointments and their versions, short enough for an address."""
    rows = [UUID(each["id"]).bytes + int(each["version"]).to_bytes(VERSION, "big") for each in items]
    return urlsafe_b64encode(b"".join(rows)).decode().rstrip("=")


def unpacked(text: str) -> dict[str, int]:
    """Versions by id; empty for what `packed` has not made."""
    try:
        data = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return {}
    rows = [data[at : at + ID + VERSION] for at in range(0, len(data), ID + VERSION)]
    if not rows or len(rows[-1]) < ID + VERSION:
        return {}
    return {str(UUID(bytes=row[:ID])): int.from_bytes(row[ID:], "big") for row in rows}
