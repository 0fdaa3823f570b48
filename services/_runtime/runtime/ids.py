"""Identifiers: UUIDs as lower-case strings, everywhere (database, wire, URL)."""

import uuid


def new_id() -> str:
    """A random UUID (RFC 9562 version 4) as a string."""
    return str(uuid.uuid4())


def stable_id(*parts: str) -> str:
    """The UUID (version 5) that the same parts always give: for ids that a repeated delivery must not double."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "|".join(parts)))
