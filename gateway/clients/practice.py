"""Questions to `practice`: tenants, staff users, sessions."""

from gateway.clients.asking import Ask, Json


class Practice:
    def __init__(self, ask: Ask):
        self._ask = ask

    def by_slug(self, slug: str) -> Json:
        """The whole practice, also what is not public. Refused `not_found`."""
        return self._ask("practice", "by_slug", {"slug": slug})

    def by_id(self, id: str) -> Json:
        """The same by id. Refused `not_found`."""
        return self._ask("practice", "by_id", {"id": id})

    def sign_in(self, email: str, password: str, address: str) -> Json:
        """Tokens, user and practice; `address` is where the attempt comes from.

        Refused `bad_credentials`, `too_many_attempts`.
        """
        return self._ask("practice", "sign_in", {"email": email, "password": password, "address": address[:64]})

    def refresh(self, session: str) -> Json:
        """As `sign_in`, for a session that lives. Refused `unauthorized`."""
        return self._ask("practice", "refresh", {"session": session})

    def sign_out(self, session: str) -> None:
        """The session ends; a session that is gone is no error."""
        self._ask("practice", "sign_out", {"session": session})

    def get(self) -> Json:
        """The signed-in user's practice."""
        return self._ask("practice", "get", {})

    def update(self, changes: Json) -> Json:
        """The practice after the changes."""
        return self._ask("practice", "update", changes)

    def places(self) -> Json:
        """The places of the signed-in user's practice."""
        return self._ask("practice", "places", {})

    def create_place(self, place: Json) -> Json:
        """The new place with its id."""
        return self._ask("practice", "create_place", place)

    def update_place(self, id: str, changes: Json) -> Json:
        """The place after the changes. Refused `not_found`."""
        return self._ask("practice", "update_place", {"id": id, **changes})
