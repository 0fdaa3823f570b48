"""The shape of everything that invitations says: the data of its events, the answers of its RPC methods."""

from marshmallow import Schema, fields

from invitations.domain.call import KINDS
from invitations.domain.invitation import CHANNELS, STATUSES, Call, Join, Mark, Purpose
from invitations.domain.rules import STATES
from runtime.contract import flag, ident, instant, page, part, several, string, whole

LOCALES = ("de", "en", "fr", "ru")
MARKS, CALLS, JOINS, PURPOSES = (tuple(one.value for one in kind) for kind in (Mark, Call, Join, Purpose))


class Host(Schema):
    """Who invites, as guests may know it."""

    calendar = ident("The calendar in availability; null: the practice as such.", null=True)
    nickname = string("What guests see; never a real name.")
    time_zone = string("IANA zone by which the host counts months and days.", example="Europe/Berlin")


class Message(Schema):
    """A message to the guest that is to be sent."""

    channel = string("How.", among=CHANNELS)
    attempt = whole("Which attempt by this channel it is, from 1.")
    purpose = string("What it tells.", among=PURPOSES)
    address = string("E-mail address, or number in E.164.")


class Delivery(Message):
    """An attempt to reach the guest, and how far it came."""

    state = string("How far.", among=STATES)
    at = instant("Since when.")
    reason = string("Why it failed, a sentence in the practice's language; null: it did not.", null=True)


class Common(Schema):
    """What every view of an invitation shows."""

    id = ident("The invitation.")
    status = string("Whether it still holds.", among=STATUSES)
    version = whole("Rises by one with each change by staff.")
    host = part(Host, "Who invites.")
    first_name = string("The guest's given name.")
    last_name = string("The guest's family name.")
    email = string("The guest's address.", null=True)
    phone = string("The guest's number, E.164.", null=True)
    channels = several(fields.String(), "How messages go to the guest: email, sms.")
    start = instant("Beginning; a guide only.")
    end = instant("End; a guide only.")
    duration_minutes = whole("From beginning to end.")
    time_zone = string("IANA zone of the guest; null: unknown.", null=True)
    locale = string("Language of the guest.", among=LOCALES)
    valid_until = instant("From then on the link is expired.")
    mark = string("delivered: the tick; failed: the exclamation mark; pending: not known yet.", among=MARKS)
    created_at = instant("When the guest was invited.")


class Invitation(Common):
    """An invitation as far as others may know it. The link is not in it."""

    id = ident("The invitation; also the event's subject.")
    call = string("How far the guest has come: idle, waiting in the waiting room, admitted.", among=CALLS)
    delivery = several(Delivery, "The current attempt of each channel.")
    send = several(Message, "Messages that this change asks for; mostly none.")
    previous_start = instant("Where it was moved from; null: it was not moved by this change.", null=True)
    previous_end = instant("End before the move; null: it was not moved by this change.", null=True)


class Consent(Schema):
    """That the guest agreed to be sent messages."""

    at = instant("When it was noted.")
    user = ident("By which member of staff; null: not known.", null=True)
    text = string("Version of the wording beside the tick box.")


class Caller(Schema):
    """Who called the guest, and when."""

    at = instant("When it was noted.")
    by = string("The user's name; empty: unknown.")


class Detailed(Common):
    """Everything that staff may see of an invitation."""

    state = string("What the link is good for now.", among=JOINS)
    call = string("How far the guest has come.", among=CALLS)
    consent = part(Consent, "The guest's consent.")
    changed_at = instant("The last change by staff.")
    called = part(Caller, "Who has called the guest about all that failed; null: nobody.", null=True)
    delivery = several(Delivery, "Every attempt, the oldest first.")
    join_token = string("The secret part of the guest's link.")


DetailedPage = page(Detailed)


class GuestsHost(Schema):
    """Who invites."""

    nickname = string("What guests see; never a real name.")
    time_zone = string("IANA zone of the host.", example="Europe/Berlin")


class Joined(Schema):
    """What a join link shows."""

    state = string("What the link is good for now.", among=JOINS)
    admitted = flag("Whether the host has let the guest in.")
    practice_id = ident("The practice.")
    host = part(GuestsHost, "Who invites.")
    guest = string("Who is invited; null: the link is void or expired.", null=True)
    start = instant("Beginning; a guide only.")
    end = instant("End; a guide only.")
    time_zone = string("IANA zone in which the guest reads times.")
    locale = string("Language of the guest.", among=LOCALES)
    valid_until = instant("From then on the link is expired.")


class JoinLinks(Schema):
    """Guests' links."""

    tokens = fields.Dict(
        keys=fields.UUID(),
        values=fields.String(allow_none=True),
        required=True,
        metadata={"description": "By invitation the secret part of its link; null: there is no such invitation."},
    )


class Signalled(Schema):
    """There is something to fetch in a call."""

    invitation = ident("Whose call; also the event's subject.")


class Signal(Schema):
    """Something that the other side's browser said."""

    id = whole("Rises within a call.")
    peer = string("The browser that said it, by the name that it gave itself.")
    kind = string("What it is.", among=KINDS)
    data = fields.Raw(
        required=True, allow_none=True, metadata={"description": "What WebRTC gave the other browser: JSON."}
    )


class News(Schema):
    """What is new in a call, for one side's browser."""

    invitation = ident("Whose call.")
    state = string("What the link is good for now.", among=JOINS)
    waiting = flag("Whether the guest is in the waiting room.")
    admitted = flag("Whether the guest is let in.")
    replaced = flag("Whether another browser of the same side has taken the place of this one.")
    other = flag("Whether the other side has a browser in the call that asked for news lately.")
    items = several(fields.Nested(Signal), "What was said, in order.")
    last = whole("The number to ask after next time.")


class Told(Schema):
    """What was said is stored."""

    last = whole("Its number.")
