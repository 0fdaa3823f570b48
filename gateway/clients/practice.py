"""Questions to `practice`: tenants, staff users, sessions."""

from gateway.clients.asking import Ask, Json
from gateway.ratelimit import network


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
        return self._ask("practice", "sign_in", {"email": email, "password": password, "address": _site(address)})

    def refresh(self, session: str) -> Json:
        """As `sign_in`, for a session that lives. Refused `unauthorized`."""
        return self._ask("practice", "refresh", {"session": session})

    def sign_out(self, session: str) -> None:
        """The session ends; a session that is gone is no error."""
        self._ask("practice", "sign_out", {"session": session})

    def register(self, wish: Json) -> None:
        """A letter goes out, whoever asks."""
        self._ask("practice", "register", wish)

    def registration(self, token: str) -> Json:
        """What the link would confirm. Refused `not_found`."""
        return self._ask("practice", "registration", {"token": token[:100]})

    def confirm(self, token: str, password: str | None, address: str) -> Json:
        """The new practice and its owner's address. Refused `not_found`, `email_taken`; with a password also
        `bad_credentials`, `too_many_attempts`."""
        return self._ask("practice", "confirm", {"token": token, "password": password, "address": _site(address)})

    def forgot_password(self, email: str) -> None:
        """A letter goes out, if the address is known."""
        self._ask("practice", "forgot_password", {"email": email})

    def invited(self, token: str) -> Json:
        """Who may choose a password by this link. Refused `not_found`, `email_taken`."""
        return self._ask("practice", "invited", {"token": token[:100]})

    def choose_password(self, token: str, password: str) -> Json:
        """The address that signs in with it. Refused `not_found`, `email_taken`."""
        return self._ask("practice", "choose_password", {"token": token, "password": password})

    def users(self) -> Json:
        """Everybody of the practice."""
        return self._ask("practice", "users", {})

    def user(self, id: str) -> Json:
        """One of them. Refused `not_found`."""
        return self._ask("practice", "user", {"id": id})

    def invite_user(self, user: Json) -> Json:
        """The new user. Refused `email_taken`, `rate_limited`."""
        return self._ask("practice", "invite_user", user)

    def invite_again(self, id: str) -> Json:
        """Another letter to who has no password yet. Refused `not_found`, `rate_limited`."""
        return self._ask("practice", "invite_again", {"id": id})

    def update_user(self, id: str, changes: Json) -> Json:
        """The user after the changes. Refused `not_found`, `precondition_failed`, `last_owner`."""
        return self._ask("practice", "update_user", {"id": id, **changes})

    def me(self) -> Json:
        """Who is signed in, as it stands now."""
        return self._ask("practice", "me", {})

    def update_me(self, changes: Json) -> Json:
        """The signed-in user after the changes. Refused `precondition_failed`."""
        return self._ask("practice", "update_me", changes)

    def change_password(self, current: str, password: str, address: str) -> None:
        """All other sessions end. Refused `invalid` (the current one is wrong), `too_many_attempts`."""
        self._ask("practice", "change_password", {"current": current, "password": password, "address": _site(address)})

    def end_first_steps(self) -> None:
        """The new practice is set up."""
        self._ask("practice", "end_first_steps", {})

    def get(self) -> Json:
        """The signed-in user's practice."""
        return self._ask("practice", "get", {})

    def update(self, changes: Json) -> Json:
        """The practice after the changes. Refused `precondition_failed`."""
        return self._ask("practice", "update", changes)

    def names(self) -> Json:
        """Everybody's name by id, for whoever is signed in: items of id, name."""
        return self._ask("practice", "names", {})

    def places(self) -> Json:
        """The places of the signed-in user's practice."""
        return self._ask("practice", "places", {})

    def create_place(self, place: Json) -> Json:
        """The new place with its id."""
        return self._ask("practice", "create_place", place)

    def update_place(self, id: str, changes: Json) -> Json:
        """The place after the changes. Refused `not_found`."""
        return self._ask("practice", "update_place", {"id": id, **changes})


def _site(address: str) -> str:
    """What guesses at one user's password are counted by: an IPv6 attacker may have a /48 for the asking."""
    return network(address, 3)[:64]
