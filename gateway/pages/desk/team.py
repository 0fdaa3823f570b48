"""Who of the team it was, by name."""

from collections.abc import Iterable

from gateway.context import current_services, hurrying
from gateway.pages.desk.frame import signed_in
from runtime.errors import Refused, Unavailable


def names(ids: Iterable[str | None]) -> dict[str, str]:
    """The names behind these ids of users, in one question; but oneself while practice does not answer."""
    user = signed_in()["user"]
    known = {str(user["id"]): str(user["name"])}
    if set(ids) - {None, user["id"]}:
        try:
            with hurrying():
                known |= {each["id"]: each["name"] for each in current_services().practice.names()["items"]}
        except (Refused, Unavailable):
            pass
    return known
