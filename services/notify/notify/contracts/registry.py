"""What notify tells, reads and answers, in the house's common form (see `runtime.contract`)."""

from notify.contracts import events, schemas
from runtime.contract import Answer, Emitted

EMITS = {
    "email.sent": Emitted(schemas.Delivery, "A mail server, or the mailbox, has taken the mail."),
    "email.failed": Emitted(schemas.Delivery, "The mail will never arrive: it was refused, or it bounced hours later."),
    "email.delivered": Emitted(schemas.Delivery, "The recipient's mail server has put the mail into the mailbox."),
    "sms.sent": Emitted(schemas.Delivery, "A provider, or the mailbox, has taken the SMS."),
    "sms.delivered": Emitted(schemas.Delivery, "The SMS is on the phone."),
    "sms.failed": Emitted(
        schemas.Delivery, "The SMS will never arrive: it was refused, or the network gave it up later."
    ),
}

READS = events.READS

_GONE = ("not_found",)
_AGAIN = ("not_found", "conflict", "message_outdated", "plan_required", "sms_unavailable")
_NO_SMS = ("plan_required", "sms_unavailable")

ANSWERS = {
    "templates": Answer("All templates of one language.", schemas.AllWords),
    "template": Answer("One of them.", schemas.Words),
    "update_template": Answer("Change the practice's own words.", schemas.Words, ("precondition_failed",)),
    "preview_template": Answer("How it will look, with an invented appointment.", schemas.Preview),
    "notification_settings": Answer("Where a calendar's practitioner hears of bookings.", schemas.Channels, _GONE),
    "all_notification_settings": Answer("The same of all calendars.", schemas.AllChannels),
    "update_notification_settings": Answer("Change that.", schemas.Channels, (*_GONE, "precondition_failed")),
    "channels": Answer("By which channels the practice can send.", schemas.Ways),
    "require_channels": Answer(
        "Refuses channels by which it cannot.", schemas.Ways, ("plan_required", "sms_unavailable")
    ),
    "reminder_rules": Answer("When the practice's customers are reminded.", schemas.Rules),
    "update_reminder_rules": Answer("Change that; the schedule follows.", schemas.Rules, ("precondition_failed",)),
    "messages": Answer("The message log, newest first, in pages.", schemas.MessagePage),
    "calendar_file": Answer("The calendar file of the appointment behind a link.", schemas.CalendarFile, _GONE),
    "resend_message": Answer("Sends a message once more, to a corrected address.", schemas.Message, _AGAIN),
    "call_list": Answer("Customers of coming appointments whom no message reaches.", schemas.CallList),
    "mark_called": Answer("Notes that somebody called.", schemas.ToCall, _GONE),
    "unmark_called": Answer("Takes that back.", schemas.ToCall, _GONE),
    "twilio_status": Answer("Twilio tells how an SMS fares; only its signature counts.", schemas.Heard),
    "twilio_inbound": Answer("Twilio tells what somebody answered: STOP, START.", schemas.Heard),
    "sms_status": Answer("Another provider tells either.", schemas.Heard),
    "mailbox": Answer("Captured mails and SMS, where none go out.", schemas.Mailbox, _GONE),
    "mailbox_message": Answer("One of them.", schemas.Mail, _GONE),
}
