"""Where an appointment happens: at an address, in a video call, on the phone."""

from typing import Any
from urllib.parse import urlsplit

ADDRESS, VIDEO, PHONE = KINDS = ("address", "video", "phone")
NO_URL = "Not a valid https address."
REQUIRED = "Missing data for required field."
UNKNOWN = "Unknown field."
NEEDS = {ADDRESS: "text", VIDEO: "url", PHONE: "text"}
Place = dict[str, Any]


def check(place: Place) -> dict[str, list[str]]:
    """Messages per field of a place that staff set: address and phone instructions need `text`, a video call `url`."""
    needed = NEEDS[place["kind"]]
    errors = {} if place.get(needed) else {needed: [REQUIRED]}
    if place["kind"] == VIDEO and place.get("url") and not _https(place["url"]):
        errors["url"] = [NO_URL]
    if place["kind"] != VIDEO and place.get("url"):
        errors["url"] = [UNKNOWN]
    return errors


def _https(url: str) -> bool:
    """An absolute https address without a password in it and without anything that could end it early."""
    try:
        parts = urlsplit(url)
        plain = not any(c.isspace() or c in '<>"\\`' for c in url) and parts.port != 0
        return plain and parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        return False


def own(place: Place | None) -> bool:
    """Whether staff set it for this appointment; otherwise it is the calendar's and changes with it."""
    return bool(place and place.get("kind"))


def told(place: Place | None) -> Place | None:
    """The place as others get it, also one that was stored in the old form. `name` and `address` are always there:
    readers that know no kinds find a video call's address and a phone's instructions in them."""
    if place is None:
        return None
    kind, text, url = place.get("kind") or ADDRESS, place.get("text"), place.get("url")
    fallback = {ADDRESS: (None, text), VIDEO: (text, url), PHONE: (None, text)}[kind]
    name, address = place.get("name") or fallback[0], place.get("address") or fallback[1]
    return {"id": place.get("id"), "kind": kind, "name": name, "address": address, "text": text, "url": url}
