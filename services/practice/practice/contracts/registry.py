"""What practice tells and answers, in the house's common form (see `runtime.contract`). It reads no events."""

from practice.contracts import schemas
from runtime.contract import Answer, Emitted, Nothing

EMITS = {
    "practice.changed": Emitted(schemas.Practice, "A practice, or a place of it, is new or different."),
    "plan.changed": Emitted(schemas.PlanChanged, "A practice is new, or pays for another plan."),
    "session.revoked": Emitted(schemas.SessionRevoked, "Somebody signed out, or was signed out."),
    "registration.requested": Emitted(schemas.Letter, "Somebody registers a practice; their link confirms it."),
    "registration.repeated": Emitted(schemas.Letter, "Somebody registers with an address that signs in already."),
    "user.invited": Emitted(schemas.Letter, "A user is new, or is invited once more."),
    "password.forgotten": Emitted(schemas.Letter, "A user wants to choose another password."),
}

READS: dict[str, tuple[str, ...]] = {}

_GONE = ("not_found",)

ANSWERS = {
    "by_slug": Answer("The practice of this slug.", schemas.Practice, _GONE),
    "by_id": Answer("The practice of this id.", schemas.Practice, _GONE),
    "sign_in": Answer("Begin a session.", schemas.SignedIn, ("bad_credentials", "too_many_attempts")),
    "refresh": Answer("A new access token for a session.", schemas.SignedIn),
    "sign_out": Answer("End a session; nothing happens if it has ended.", Nothing),
    "get": Answer("The caller's practice.", schemas.PracticeSettings, _GONE),
    "update": Answer(
        "Change the fields that are sent.", schemas.PracticeSettings, ("not_found", "precondition_failed")
    ),
    "places": Answer("The caller's places.", schemas.PlacePage, _GONE),
    "create_place": Answer("Add a place, last in the order.", schemas.OwnPlace, _GONE),
    "update_place": Answer("Change the fields that are sent.", schemas.OwnPlace, (*_GONE, "precondition_failed")),
    "provision": Answer(
        "The operator makes a practice with its first user; nothing happens if it is there.",
        schemas.Provisioned,
        ("email_taken",),
    ),
    "set_plan": Answer("The operator changes what a practice pays for.", schemas.Practice, _GONE),
    "register": Answer("Ask for a practice; a link by mail confirms it. Known addresses get the same answer.", Nothing),
    "registration": Answer("What a link would confirm.", schemas.Waiting, _GONE),
    "confirm": Answer(
        "Make the practice of a registration; a link followed twice finds it.",
        schemas.Confirmed,
        (*_GONE, "email_taken", "bad_credentials", "too_many_attempts"),
    ),
    "forgot_password": Answer("Send a link to choose another password, if the address is known.", Nothing),
    "invited": Answer("Who may choose a password by a link.", schemas.Invited, (*_GONE, "email_taken")),
    "choose_password": Answer(
        "Set the password by a link, once; ends all the user's sessions.", schemas.Chosen, (*_GONE, "email_taken")
    ),
    "account_tokens": Answer("The tokens of links, for the mails that carry them.", schemas.Tokens),
    "users": Answer("Everybody of the caller's practice.", schemas.MemberPage),
    "names": Answer("Everybody's name, for whoever works there.", schemas.Names),
    "user": Answer("One of them.", schemas.Member, _GONE),
    "invite_user": Answer(
        "A new user, who gets a link by mail; refused is only an address that the practice itself knows.",
        schemas.Member,
        ("email_taken", "rate_limited"),
    ),
    "invite_again": Answer("Another link to who has none used yet.", schemas.Member, (*_GONE, "rate_limited")),
    "update_user": Answer(
        "Change the fields that are sent.", schemas.Member, (*_GONE, "precondition_failed", "last_owner")
    ),
    "me": Answer("The caller.", schemas.Member, _GONE),
    "update_me": Answer(
        "Change the caller's own fields that are sent.", schemas.Member, (*_GONE, "precondition_failed")
    ),
    "change_password": Answer("Ends all the caller's other sessions.", Nothing, (*_GONE, "too_many_attempts")),
    "end_first_steps": Answer("The new practice is set up.", Nothing),
    "set_password": Answer("The operator helps who forgot it; ends all the user's sessions.", Nothing, _GONE),
}
