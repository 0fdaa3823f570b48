"""Questions and commands to `invitations`: guests of video calls, their links, what became of their messages."""

from gateway.clients.asking import Ask, Json, JsonList


class Invitations:
    def __init__(self, ask: Ask):
        self._ask = ask

    def create(self, wish: Json) -> Json:
        """The new invitation with its `join_token`. `wish` holds the idempotency key.

        Refused `invalid`, `plan_required`, `too_many_invitations`, `idempotency_conflict`, `not_found` (calendar).
        """
        return self._ask("invitations", "create_invitation", wish)

    def page(self, query: Json) -> Json:
        """A page of the practice's invitations with their attempts: items, next."""
        return self._ask("invitations", "invitations", query)

    def show(self, id: str) -> Json:
        """One invitation with every attempt. Refused `not_found`."""
        return self._ask("invitations", "invitation", {"id": id})

    def change(self, id: str, changes: Json) -> Json:
        """Moved, longer or shorter, with another name. Refused `invalid_transition`, `precondition_failed`,
        `too_many_invitations`."""
        return self._ask("invitations", "change_invitation", {"id": id, **changes})

    def delete(self, id: str, options: Json) -> Json:
        """Called off; a repeat answers the same. Refused `precondition_failed`."""
        return self._ask("invitations", "delete_invitation", {"id": id, **options})

    def resend(self, id: str, corrected: Json) -> Json:
        """Sent again with the same link. Refused as `create` and `change`."""
        return self._ask("invitations", "resend_invitation", {"id": id, **corrected})

    def admit(self, id: str, options: Json) -> Json:
        """The guest is let in. Refused `invalid_transition`, `precondition_failed`."""
        return self._ask("invitations", "admit_guest", {"id": id, **options})

    def end(self, id: str, options: Json) -> Json:
        """The call is over; the link stays good. Refused `invalid_transition`, `precondition_failed`."""
        return self._ask("invitations", "end_call", {"id": id, **options})

    def mark_called(self, id: str, by: str) -> Json:
        """Somebody of this name called the guest, whom no message reached. Refused `not_found`."""
        return self._ask("invitations", "mark_called", {"id": id, "by": by})

    def unmark_called(self, id: str) -> Json:
        """Nobody called after all. Refused `not_found`."""
        return self._ask("invitations", "unmark_called", {"id": id})

    def enter(self, side: Json, peer: str, take_over: bool) -> Json:
        """A browser enters the call; `side` is {"token": …} of a guest or {"id": …} of the signed-in host.

        Refused `not_found`, `invalid_transition`, `already_joined`.
        """
        return self._ask("invitations", f"enter_as_{_who(side)}", {**side, "peer": peer, "take_over": take_over})

    def tell(self, side: Json, peer: str, said: JsonList) -> Json:
        """What this browser says to the other one. Refused as `enter`."""
        return self._ask("invitations", f"tell_as_{_who(side)}", {**side, "peer": peer, "said": said})

    def heard(self, side: Json, peer: str, after: int) -> Json:
        """What is new for this browser. Refused `not_found`."""
        return self._ask("invitations", f"heard_by_{_who(side)}", {**side, "peer": peer, "after": after})

    def join(self, token: str) -> Json:
        """What a guest's link shows. Refused `not_found`."""
        return self._ask("invitations", "join", {"token": token})


def _who(side: Json) -> str:
    return "guest" if "token" in side else "host"
