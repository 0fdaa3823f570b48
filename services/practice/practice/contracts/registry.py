"""What practice tells and answers, in the house's common form (see `runtime.contract`). It reads no events."""

from practice.contracts import schemas
from runtime.contract import Answer, Emitted, Nothing

EMITS = {
    "practice.changed": Emitted(schemas.Practice, "A practice, or a place of it, is new or different."),
    "plan.changed": Emitted(schemas.PlanChanged, "A practice is new, or pays for another plan."),
    "session.revoked": Emitted(schemas.SessionRevoked, "Somebody signed out, or was signed out."),
}

READS: dict[str, tuple[str, ...]] = {}

_GONE = ("not_found",)

ANSWERS = {
    "by_slug": Answer("The practice of this slug.", schemas.Practice, _GONE),
    "by_id": Answer("The practice of this id.", schemas.Practice, _GONE),
    "sign_in": Answer("Begin a session.", schemas.SignedIn, ("bad_credentials", "too_many_attempts")),
    "refresh": Answer("A new access token for a session.", schemas.SignedIn),
    "sign_out": Answer("End a session; nothing happens if it has ended.", Nothing),
    "get": Answer("The caller's practice.", schemas.Practice, _GONE),
    "update": Answer("Change the fields that are sent.", schemas.Practice, _GONE),
    "places": Answer("The caller's places.", schemas.PlacePage, _GONE),
    "create_place": Answer("Add a place, last in the order.", schemas.Place, _GONE),
    "update_place": Answer("Change the fields that are sent.", schemas.Place, _GONE),
    "provision": Answer(
        "The operator makes a practice with its first user; nothing happens if it is there.",
        schemas.Provisioned,
        ("email_taken",),
    ),
    "set_plan": Answer("The operator changes what a practice pays for.", schemas.Practice, _GONE),
    "set_password": Answer("The operator helps who forgot it; ends all the user's sessions.", Nothing, _GONE),
}
