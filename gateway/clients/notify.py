"""Questions to `notify`: templates, channels, the message log."""

from gateway.clients.asking import Ask, Json


class Notify:
    def __init__(self, ask: Ask):
        self._ask = ask

    def templates(self, locale: str) -> Json:
        """All message templates in this language."""
        return self._ask("notify", "templates", {"locale": locale})

    def template(self, name: str, locale: str) -> Json:
        """One template. Refused `not_found`."""
        return self._ask("notify", "template", {"name": name, "locale": locale})

    def update_template(self, name: str, locale: str, changes: Json) -> Json:
        """The template after the change. Refused `not_found`, `invalid`."""
        return self._ask("notify", "update_template", {"name": name, "locale": locale, **changes})

    def preview_template(self, name: str, locale: str, changes: Json) -> Json:
        """The template filled with sample data, nothing stored."""
        return self._ask("notify", "preview_template", {"name": name, "locale": locale, **changes})

    def notification_settings(self, calendar: str) -> Json:
        """Where this calendar's practitioner hears about bookings."""
        return self._ask("notify", "notification_settings", {"calendar": calendar})

    def all_notification_settings(self) -> Json:
        """Where each calendar's practitioner hears about bookings: items, each with its `calendar`."""
        return self._ask("notify", "all_notification_settings", {})

    def update_notification_settings(self, calendar: str, changes: Json) -> Json:
        """The settings after the change, with a `hint` where mail tends to land in spam."""
        return self._ask("notify", "update_notification_settings", {"calendar": calendar, **changes})

    def reminder_rules(self) -> Json:
        """When customers are reminded: version, rules."""
        return self._ask("notify", "reminder_rules", {})

    def update_reminder_rules(self, rules: list[Json], options: Json) -> Json:
        """The rules after the change; takes `if_version`. Refused `invalid`, `precondition_failed`."""
        return self._ask("notify", "update_reminder_rules", {"rules": rules, **options})

    def messages(self, query: Json) -> Json:
        """A page of the message log with delivery states: items, next."""
        return self._ask("notify", "messages", query)

    def calendar_file(self, token: str) -> Json:
        """The customer's appointment as iCalendar: filename, content. Refused `not_found`."""
        return self._ask("notify", "calendar_file", {"token": token})

    def channels(self, phone: str | None = None) -> Json:
        """By which channels the practice can send: {email, sms} of {possible, reason}; with `phone` whether to this
        number, too."""
        return self._ask("notify", "channels", {"phone": phone} if phone else {})

    def require_channels(self, channels: list[str]) -> Json:
        """Raises Refused `plan_required` or `sms_unavailable` when the practice cannot send by one of these."""
        return self._ask("notify", "require_channels", {"channels": channels})

    def resend_message(self, id: str, address: Json) -> Json:
        """The message, queued once more; `address`: a corrected `email` or `phone`, or neither. Refused `not_found`,
        `invalid`, `conflict`, `message_outdated`, `plan_required`, `sms_unavailable`."""
        return self._ask("notify", "resend_message", {"id": id, **address})

    def call_list(self) -> Json:
        """Customers of coming appointments whom no message reaches: items."""
        return self._ask("notify", "call_list", {})

    def mark_called(self, appointment: str, by: str) -> Json:
        """The line of the list, with who called. Refused `not_found`."""
        return self._ask("notify", "mark_called", {"appointment": appointment, "by": by})

    def unmark_called(self, appointment: str) -> Json:
        """The line of the list, nobody having called. Refused `not_found`."""
        return self._ask("notify", "unmark_called", {"appointment": appointment})

    def twilio_status(self, query: str, form: dict[str, str], signature: str) -> Json:
        """How an SMS fares. Refused `forbidden` unless Twilio has signed it."""
        return self._ask("notify", "twilio_status", {"query": query, "form": form, "signature": signature})

    def twilio_inbound(self, query: str, form: dict[str, str], signature: str) -> Json:
        """What somebody answered. Refused `forbidden` unless Twilio has signed it."""
        return self._ask("notify", "twilio_inbound", {"query": query, "form": form, "signature": signature})

    def sms_status(self, provider: str, body: str, signature: str) -> Json:
        """Either of another provider. Refused `forbidden` unless it has signed the body."""
        return self._ask("notify", "sms_status", {"provider": provider, "body": body, "signature": signature})

    def mailbox(self, page: Json) -> Json:
        """Captured mails, newest first. Refused `not_found` unless notify captures."""
        return self._ask("notify", "mailbox", page)

    def mailbox_message(self, id: str) -> Json:
        """One captured mail. Refused `not_found`."""
        return self._ask("notify", "mailbox_message", {"id": id})
