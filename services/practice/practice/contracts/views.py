"""Practices and users as they go over the wire, in answers and in `practice.changed`."""

from typing import Any

from practice.domain import Place, Practice, User
from runtime.versions import content_version

PLAIN = (
    *("id", "slug", "name", "email", "phone", "locale", "time_zone", "country", "currency", "show_prices", "accent"),
    *("plan", "copy_to", "description"),
)


def place_data(place: Place) -> dict[str, Any]:
    """A place."""
    return {"id": place.id, "name": place.name, "address": place.address}


def own_place(place: Place) -> dict[str, Any]:
    """A place as its practice sees it: with its version."""
    return {**place_data(place), "version": place_version(place)}


def place_version(place: Place) -> int:
    """Another one after each change."""
    return content_version([place.name, place.address])


def practice_data(practice: Practice) -> dict[str, Any]:
    """The whole practice."""
    return {
        **{name: getattr(practice, name) for name in PLAIN},
        "embed_origins": list(practice.embed_origins),
        "places": [place_data(place) for place in practice.places],
    }


def settings_data(practice: Practice) -> dict[str, Any]:
    """The same for those who change it, with the version that they have seen."""
    return {**practice_data(practice), "version": practice.version}


def user_data(user: User) -> dict[str, Any]:
    """A user as colleagues see them; `time_zone` null: the practice's."""
    names = ("id", "name", "email", "role", "locale", "time_zone", "state", "version")
    return {name: getattr(user, name) for name in names}


def user_name(user: User) -> dict[str, Any]:
    """What everybody of the practice may know of a colleague."""
    return {"id": user.id, "name": user.name}


def signed_in_user(user: User, practice: Practice) -> dict[str, Any]:
    """Who signed in, with the zone in which they see times."""
    names = ("id", "name", "email", "role", "locale")
    return {**{name: getattr(user, name) for name in names}, "time_zone": user.time_zone or practice.time_zone}


def own_practice(practice: Practice) -> dict[str, Any]:
    """Where they signed in."""
    names = ("id", "slug", "name", "plan", "time_zone", "locale", "first_steps")
    return {name: getattr(practice, name) for name in names}
