"""A practice as it goes over the wire, in answers and in `practice.changed`."""

from typing import Any

from practice.domain import Place, Practice

PLAIN = (
    *("id", "slug", "name", "email", "phone", "locale", "time_zone", "country", "currency", "show_prices", "accent"),
    *("plan", "copy_to", "description"),
)


def place_data(place: Place) -> dict[str, Any]:
    """A place."""
    return {"id": place.id, "name": place.name, "address": place.address}


def practice_data(practice: Practice) -> dict[str, Any]:
    """The whole practice."""
    return {
        **{name: getattr(practice, name) for name in PLAIN},
        "embed_origins": list(practice.embed_origins),
        "places": [place_data(place) for place in practice.places],
    }
