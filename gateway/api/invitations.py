"""Video invitations: guests without an account, their link, and whether it reached them."""

import contextlib
from collections.abc import Collection
from typing import Any
from uuid import UUID

from flask import Response
from marshmallow import fields, validate

from gateway import reasons
from gateway.api import answers, examples
from gateway.api.fields import Body, Email, Flag, Id, Instant, Locale, Phone, Text, Whole, Zone
from gateway.api.framework import KEY, MATCH, Blueprint, Page, answer, idempotency_key, if_match, nothing, versioned
from gateway.clients import Json
from gateway.context import current_services, gateway, hurrying
from runtime.errors import Unavailable

routes = Blueprint("invitations", staff=True, description="Invitations to one-on-one video calls")

CHANNELS = ("email", "sms")
LONGEST = 24 * 60
ONCE_MORE = ("not_found", "invalid_transition", "precondition_failed")


def _channels(**kwargs: Any) -> Any:
    """One channel or both."""
    known = fields.String(validate=validate.OneOf(CHANNELS))
    return fields.List(known, validate=validate.Length(min=1, max=2), **kwargs)


class InvitationWish(Body):
    """Whom, how, when; the tick that the guest agreed to be sent messages."""

    first_name = Text(longest=100, required=True)
    last_name = Text(longest=100, required=True)
    email = Email(allow_none=True, metadata={"description": "needed for the channel email"})
    phone = Phone(allow_none=True, metadata={"description": "needed for the channel sms"})
    channels = _channels(required=True, metadata={"description": "at least one; sms takes the Standard plan or better"})
    start = Instant(required=True)
    duration_minutes = Whole(1, LONGEST, required=True)
    consent = Flag(required=True, metadata={"description": "must be true"})
    calendar = Id(allow_none=True, metadata={"description": "who invites; left out: the practice's first calendar"})
    locale = Locale(allow_none=True, metadata={"description": "the guest's; left out: the practice's"})
    time_zone = Zone(allow_none=True, metadata={"description": "the guest's, if known", "example": "Europe/Berlin"})


class InvitationChange(Body):
    """What is left out stays. The link stays the same in any case."""

    first_name = Text(longest=100)
    last_name = Text(longest=100)
    start = Instant()
    duration_minutes = Whole(1, LONGEST)
    locale = Locale(metadata={"description": "the guest's"})
    time_zone = Zone(allow_none=True, metadata={"description": "the guest's; null: as the host's"})


class InvitationAgain(Body):
    """A corrected address or number; other channels, if wished."""

    email = Email()
    phone = Phone()
    channels = _channels()


class InvitationQuery(Page):
    """Which invitations."""

    scope = fields.String(
        validate=validate.OneOf(("upcoming", "past")), metadata={"description": "left out: all, the newest first"}
    )
    mark = fields.String(validate=validate.OneOf(("pending", "delivered", "failed")))


@routes.route("/invitations")
@routes.refuses()
@routes.query(InvitationQuery)
@routes.answers(200, answers.page_of(answers.Invitation), examples.page(examples.INVITATION))
def list_invitations(query: Json) -> Response:
    """Invitations"""
    found = current_services().invitations.page(query)
    return answer({"items": [with_url(each) for each in reasons.translated(found["items"])], "next": found["next"]})


@routes.route("/invitations", methods=["POST"], parameters=[KEY])
@routes.refuses("not_found", "plan_required", "sms_unavailable", "too_many_invitations", "idempotency_conflict")
@routes.body(InvitationWish, examples.INVITATION_REQUEST)
@routes.answers(201, answers.Invitation, examples.INVITATION)
def invite(body: Json) -> Response:
    """Invite a guest

    The link works before and after the time, until three months after the end. Messages go out at once; `delivery`
    tells how far they came.
    """
    check_ways(body["channels"])
    wish = {**body, "idempotency_key": idempotency_key()}
    return versioned(with_url(current_services().invitations.create(wish)), 201)


@routes.route("/invitations/<uuid:id>")
@routes.refuses("not_found")
@routes.answers(200, answers.Invitation, examples.INVITATION)
def show_invitation(id: UUID) -> Response:
    """One invitation

    With every attempt to deliver it, the oldest first.
    """
    (found,) = reasons.translated([current_services().invitations.show(str(id))])
    return versioned(with_url(found))


@routes.route("/invitations/<uuid:id>", methods=["PATCH"], parameters=[MATCH])
@routes.refuses(*ONCE_MORE, "too_many_invitations")
@routes.body(InvitationChange, {"start": examples.START, "duration_minutes": 45})
@routes.answers(200, answers.Invitation, examples.INVITATION)
def change_invitation(body: Json, id: UUID) -> Response:
    """Move it, change its length or the guest's name, language or time zone

    The guest hears of a new time; the link stays, and is valid for as long as before or longer.
    """
    return versioned(with_url(current_services().invitations.change(str(id), body | if_match())))


@routes.route("/invitations/<uuid:id>", methods=["DELETE"], parameters=[MATCH])
@routes.refuses("not_found", "precondition_failed")
@routes.answers(204, None)
def delete_invitation(id: UUID) -> Response:
    """Call it off

    Its link is void, and the guest hears of it.
    """
    current_services().invitations.delete(str(id), if_match())
    return nothing()


@routes.route("/invitations/<uuid:id>/resend", methods=["POST"], parameters=[KEY, MATCH])
@routes.refuses(*ONCE_MORE, "plan_required", "sms_unavailable", "too_many_invitations")
@routes.body(InvitationAgain, {"email": "erika.mueller@example.org"}, required=False)
@routes.answers(200, answers.Invitation, examples.INVITATION)
def resend(body: Json, id: UUID) -> Response:
    """Send it again

    With the same link: by the channels that failed or whose address is corrected, by all of them if none did.
    """
    check_ways(body.get("channels", ()))
    wish = body | {"idempotency_key": idempotency_key()} | if_match()
    return versioned(with_url(current_services().invitations.resend(str(id), wish)))


@routes.route("/invitations/<uuid:id>/admit", methods=["POST"], parameters=[MATCH])
@routes.refuses(*ONCE_MORE)
@routes.body(Body, {}, required=False)
@routes.answers(200, answers.Invitation, examples.INVITATION)
def admit(body: Json, id: UUID) -> Response:
    """Let the guest in"""
    return versioned(with_url(current_services().invitations.admit(str(id), if_match())))


@routes.route("/invitations/<uuid:id>/end", methods=["POST"], parameters=[MATCH])
@routes.refuses(*ONCE_MORE)
@routes.body(Body, {}, required=False)
@routes.answers(200, answers.Invitation, examples.INVITATION)
def end_call(body: Json, id: UUID) -> Response:
    """End the call

    The link stays good: whoever comes back waits to be let in.
    """
    return versioned(with_url(current_services().invitations.end(str(id), if_match())))


def check_ways(channels: Collection[str]) -> None:
    """Raises Refused `plan_required` or `sms_unavailable` where no SMS can go out. While notify does not say, the
    plan alone decides, which invitations knows."""
    if "sms" not in channels:
        return
    with contextlib.suppress(Unavailable), hurrying():
        current_services().notify.require_channels(["sms"])


def with_url(invitation: Json) -> Json:
    """The invitation with the guest's link in place of its secret part."""
    shown = dict(invitation)
    token = shown.pop("join_token")
    return {**shown, "url": f"{gateway().settings.public_url.rstrip('/')}/join/{token}"}
