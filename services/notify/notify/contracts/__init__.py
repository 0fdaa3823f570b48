"""What notify takes from the wire: RPC payloads (`requests`), the appointment in booking's events (`events`).

`schemas` and `registry` describe that and what it tells, for documents and tests.
"""

from notify.contracts.events import READS, appointment, managed, reminding, snapshot
from notify.contracts.invitations import orders
from notify.contracts.requests import (
    AppointmentRef,
    CalendarRef,
    CallMark,
    ChannelChanges,
    Channels,
    Locale,
    MailboxQuery,
    MailRef,
    MessageQuery,
    Nothing,
    Reach,
    Resend,
    Rules,
    TemplateName,
    TemplateUpdate,
    TemplateWords,
    Token,
    TwilioCall,
    WebhookCall,
)

__all__ = [
    "READS",
    "AppointmentRef",
    "CalendarRef",
    "CallMark",
    "ChannelChanges",
    "Channels",
    "Locale",
    "MailRef",
    "MailboxQuery",
    "MessageQuery",
    "Nothing",
    "Reach",
    "Resend",
    "Rules",
    "TemplateName",
    "TemplateUpdate",
    "TemplateWords",
    "Token",
    "TwilioCall",
    "WebhookCall",
    "appointment",
    "managed",
    "orders",
    "reminding",
    "snapshot",
]
