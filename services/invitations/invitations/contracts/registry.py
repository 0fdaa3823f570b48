"""What invitations tells, reads and answers, in the house's common form (see `runtime.contract`)."""

from invitations.contracts import events, schemas
from runtime.contract import Answer, Emitted

EMITS = {
    "invitation.created": Emitted(schemas.Invitation, "A guest was invited to a video call."),
    "invitation.changed": Emitted(
        schemas.Invitation, "It was moved or changed, a message came further, or the guest did."
    ),
    "invitation.resent": Emitted(schemas.Invitation, "It is to be sent again, perhaps to a corrected address."),
    "invitation.deleted": Emitted(schemas.Invitation, "It was called off; its link is void."),
    "call.signalled": Emitted(schemas.Signalled, "A browser in a call has something to fetch; for gateways only."),
}

READS = events.READS

_GONE = ("not_found",)
_EDIT = (*_GONE, "invalid_transition", "precondition_failed")
_CALL = ("invalid_transition", "already_joined")
_SEND = ("too_many_invitations", "plan_required")

ANSWERS = {
    "create_invitation": Answer("Invite a guest.", schemas.Detailed, (*_GONE, *_SEND, "idempotency_conflict")),
    "invitations": Answer("The practice's invitations, in pages.", schemas.DetailedPage),
    "invitation": Answer("One of them, with every attempt to deliver it.", schemas.Detailed, _GONE),
    "change_invitation": Answer("Move it, change its length or the guest's name.", schemas.Detailed, (*_EDIT, *_SEND)),
    "delete_invitation": Answer("Call it off; its link is void.", schemas.Detailed, _EDIT),
    "resend_invitation": Answer("Send it again, with the same link.", schemas.Detailed, (*_EDIT, *_SEND)),
    "admit_guest": Answer("Let the guest in.", schemas.Detailed, _EDIT),
    "end_call": Answer("End the call; the link stays good.", schemas.Detailed, _EDIT),
    "mark_called": Answer("Note that somebody called a guest whom no message reached.", schemas.Detailed, _GONE),
    "unmark_called": Answer("Take that back.", schemas.Detailed, _GONE),
    "join": Answer("What a guest's link shows.", schemas.Joined, _GONE),
    "knock": Answer("The guest enters the waiting room.", schemas.Joined, (*_GONE, "invalid_transition")),
    "enter_as_guest": Answer("The guest's browser enters.", schemas.News, (*_CALL, "not_found")),
    "tell_as_guest": Answer("It tells the host's browser something.", schemas.Told, (*_CALL, "not_found")),
    "heard_by_guest": Answer("What is new for it.", schemas.News, _GONE),
    "enter_as_host": Answer("The host's browser enters.", schemas.News, (*_CALL, "not_found")),
    "tell_as_host": Answer("It tells the guest's browser something.", schemas.Told, (*_CALL, "not_found")),
    "heard_by_host": Answer("What is new for it.", schemas.News, _GONE),
    "join_links": Answer("The tokens of guests' links, for messages.", schemas.JoinLinks),
}
