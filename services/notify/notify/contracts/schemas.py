"""The shape of everything that notify says: the data of its events, the answers of its RPC methods."""

from marshmallow import Schema, fields

from notify.domain.accounts import ROLE as ACCOUNT
from notify.domain.accounts import AccountPurpose
from notify.domain.decide import Channel, Purpose, Role
from notify.domain.delivery import State
from notify.domain.templates import NAMES
from runtime.contract import flag, ident, instant, page, part, several, string, whole
from runtime.i18n import LOCALES

PURPOSES, ROLES, STATES, CHANNELS = (tuple(one.value for one in kind) for kind in (Purpose, Role, State, Channel))
TOLD_PURPOSES, TOLD_ROLES = (*PURPOSES, *(one.value for one in AccountPurpose)), (*ROLES, ACCOUNT)


class Delivery(Schema):
    """A message after its last turn."""

    message = ident("The message in the log; also the event's subject.")
    purpose = string("What it is for.", among=TOLD_PURPOSES)
    appointment = ident("What it tells of; null: of none.", null=True)
    invitation = ident("What it tells of; null: of none.", null=True)
    invitation_attempt = whole(
        "Which attempt by this channel it is, as the invitation counts; null: of none.", null=True
    )
    role = string("Whom it is for.", among=TOLD_ROLES)
    attempt = whole("Which try this was, from 1.")
    reason = string("Why it failed, a sentence in the practice's language; null: it did not.", null=True)


class Words(Schema):
    """A template as it holds now."""

    name = string("Which message it is for.", among=NAMES)
    locale = string("Its language.", among=LOCALES)
    version = whole("Another one after each change; the same for the same content.")
    title = string("What staff call it.")
    subject = string("With placeholders.")
    text = string("With placeholders.")
    button = string("On the link; empty: ours has none.")
    closing = string("At the end.")
    filename = string("Of the calendar file; empty for all others.")
    sms = string("The whole SMS, with placeholders; empty: none is sent.")
    changed = several(fields.String(), "Fields that the practice has words of its own for.")
    placeholders = several(fields.String(), "What may stand in braces.")


class AllWords(Schema):
    """All templates of one language."""

    items = several(Words, "In the order in which they are shown.")


class Preview(Schema):
    """How a template will look: `subject`, `text`, `html` of a mail and `sms`, or `filename`, `content` of a calendar
    file."""

    subject = fields.String(metadata={"description": "Of the mail."})
    text = fields.String(metadata={"description": "The mail as plain text."})
    html = fields.String(metadata={"description": "The mail as HTML."})
    sms = fields.String(metadata={"description": "The SMS."})
    filename = fields.String(metadata={"description": "Of the calendar file."})
    content = fields.String(metadata={"description": "The calendar file, RFC 5545."})


class Channels(Schema):
    """Where a calendar's practitioner hears of online bookings; null switches a channel off."""

    email = string("Address for notices.", null=True)
    phone = string("E.164.", null=True)
    copy_to = string("Address for copies of customers' mails.", null=True)
    version = whole("Another one after each change; of addresses that are the same it is the same.")
    hint = fields.String(metadata={"description": "Mails to this host tend to be sorted out.", "enum": ["spam_folder"]})


class CalendarChannels(Channels):
    """The same with its calendar."""

    calendar = ident("The calendar.")


class AllChannels(Schema):
    """Every calendar for which something was entered."""

    items = several(CalendarChannels, "In no order.")


class Rule(Schema):
    """When a customer is reminded, and how."""

    channel = string("How.", among=CHANNELS)
    before = whole("Minutes before the start, in elapsed time.")


class Rules(Schema):
    """When the practice's customers are reminded."""

    version = whole("Rises by one with each change; 0: nobody has changed them.")
    rules = several(Rule, "The earliest first; none: nobody is reminded.")


class Turn(Schema):
    """A state that the message had."""

    state = string("Which.", among=STATES)
    at = instant("Since when.")
    reason = string("Why, a sentence in the reader's language; null: as expected.", null=True)
    detail = string("What the mail server said; null: nothing.", null=True)


class Attempt(Turn):
    """A state in the history, of which try, and to which address."""

    attempt = whole("Which try; 0: before the first.")
    address = string("Where to.")


class Message(Turn):
    """A message with its state now and before."""

    id = ident("The message.")
    appointment = ident("What it tells of; null: of none.", null=True)
    invitation = ident("What it tells of; null: of none.", null=True)
    invitation_attempt = whole("Which attempt at the invitation's guest by this channel; null: of none.", null=True)
    purpose = string("What it is for.", among=PURPOSES)
    channel = string("How it goes out.", among=CHANNELS)
    recipient = string("Its address.")
    role = string("Whom it is for.", among=ROLES)
    history = several(Attempt, "All its states, oldest first.")


MessagePage = page(Message)


class CalendarFile(Schema):
    """The customer's appointment for a calendar program."""

    filename = string("Suggested name.")
    content = string("RFC 5545.")


class Way(Schema):
    """Whether a message can go out this way."""

    possible = flag("It can.")
    reason = string("Why not; null: it can.", among=("plan_required", "sms_unavailable", "no_mobile"), null=True)


class Ways(Schema):
    """The channels of the practice."""

    email = part(Way, "Always possible.")
    sms = part(Way, "Takes the plan and a provider.")


class Caller(Schema):
    """Who called, and when."""

    at = instant("When it was noted.")
    by = string("The user's name; empty: unknown.")


class Person(Schema):
    """A customer as far as one needs to call."""

    first_name = string("May be empty.")
    last_name = string("May be empty.")
    email = string("May be empty.")
    phone = string("May be empty.")


class LostMessage(Schema):
    """The message that did not arrive."""

    id = ident("In the message log.")
    channel = string("How it went out.", among=CHANNELS)
    recipient = string("Where to.")
    purpose = string("What it is for.", among=PURPOSES)
    at = instant("When it failed.")
    detail = string("What the other side said; null: nothing.", null=True)


class ToCall(Schema):
    """A coming appointment whose customer no message reaches."""

    appointment = ident("The appointment.")
    version = whole("Its version that was to be told.")
    start = instant("When it begins.")
    time_zone = string("The calendar's.")
    service = string("Its name.")
    calendar = string("The calendar's nickname.")
    customer = part(Person, "Whom to call.")
    purpose = string("What is to be told.", among=PURPOSES)
    reason = string("Why, a sentence in the reader's language.")
    message = part(LostMessage, "Which one failed; null: none could be sent.", null=True)
    called = part(Caller, "Who has called already; null: nobody.", null=True)


class CallList(Schema):
    """Whom to call."""

    items = several(ToCall, "The soonest first; those who were called come last.")


class Heard(Schema):
    """What became of something that a provider told."""

    changed = flag("We did not know it yet.")


class Heading(Schema):
    """A captured mail or SMS in the mailbox."""

    id = ident("The captured mail.")
    message_id = string("Its Message-ID.")
    channel = string("What it is.", among=CHANNELS)
    sender = string("From whom; of an SMS empty.")
    recipient = string("To whom.")
    subject = string("Its subject; of an SMS its text.")
    at = instant("When it was captured.")


class Mailbox(Schema):
    """The newest captured mails and SMS."""

    items = several(Heading, "The newest first.")


class Attachment(Schema):
    """A part of a mail that is a file."""

    filename = string("Its name; null: none.", null=True)
    content_type = string("Its media type.")
    size = whole("Bytes.")
    content = string("As text.")


class Mail(Heading):
    """One captured mail, decoded, or SMS."""

    headers = several(fields.List(fields.String()), "Name and value of each, in their order.")
    text = string("The plain text.")
    html = string("The HTML.")
    attachments = several(Attachment, "Its files.")
    raw = string("As it would have gone out.")
