"""The border of notify: which events it reads and which questions it answers."""

from typing import Any

from notify import contracts, preview, words
from notify.compose import reader_of
from notify.contracts import READS
from notify.domain.accounts import PURPOSES
from notify.domain.errors import NotFound
from notify.ical import calendar_file
from notify.incoming import Incoming
from notify.usecases import accounts, calls, channels, delivery, events, invitations, log, reminders, resend, templates
from runtime.db import Session
from runtime.edge import Access, Call, on, rpc
from runtime.messages import Event
from runtime.service import App

STAFF = Access.STAFF


class NotifyEdge:
    """Each method parses, calls one use case, and answers."""

    def __init__(self, app: App):
        self.app = app
        self._incoming = Incoming(app.settings, app.db)

    @on("practice", *PURPOSES)
    def letter_due(self, session: Session, event: Event) -> None:
        accounts.letter_due(session, self.app.clock(), event)

    @on("practice", "practice.changed")
    def practice_changed(self, session: Session, event: Event) -> None:
        events.practice_changed(session, event)

    @on("availability", *READS["availability"])
    def calendar_changed(self, session: Session, event: Event) -> None:
        events.calendar_changed(session, event)

    @on("booking", *READS["booking"])
    def appointment_changed(self, session: Session, event: Event) -> None:
        events.appointment_changed(session, self.app.clock(), event, bool(self.app.settings.sms_provider))

    @on("invitations", *READS["invitations"])
    def invitation_changed(self, session: Session, event: Event) -> None:
        invitations.invitation_changed(session, self.app.clock(), event)

    @rpc(contracts.Locale, allow=STAFF, scope="notify:read")
    def templates(self, call: Call, request: dict[str, Any]) -> Any:
        return self.app.db.read(templates.list_templates, call.practice_id, request["locale"])

    @rpc(contracts.TemplateName, allow=STAFF, scope="notify:read")
    def template(self, call: Call, request: dict[str, Any]) -> Any:
        return self.app.db.read(templates.show_template, call.practice_id, **request)

    @rpc(contracts.TemplateUpdate, allow=STAFF, scope="notify:admin")
    def update_template(self, call: Call, request: dict[str, Any]) -> Any:
        which, version = (request.pop("name"), request.pop("locale")), request.pop("if_version")
        return self.app.db.write(templates.update_template, call.practice_id, *which, request, call.locale, version)

    @rpc(contracts.TemplateWords, allow=STAFF, scope="notify:read")
    def preview_template(self, call: Call, request: dict[str, Any]) -> Any:
        name, locale = request.pop("name"), request.pop("locale")
        templates.check(name, request, call.locale)
        practice, own = self.app.db.read(templates.for_preview, call.practice_id, name, locale)
        return preview.preview(name, locale, own.changed(request), practice, self.app.settings, call.now)

    @rpc(contracts.CalendarRef, allow=STAFF, scope="notify:read")
    def notification_settings(self, call: Call, request: dict[str, Any]) -> Any:
        return self.app.db.read(channels.notification_settings, call.practice_id, request["calendar"])

    @rpc(contracts.Nothing, allow=STAFF, scope="notify:read")
    def all_notification_settings(self, call: Call, request: dict[str, Any]) -> Any:
        return self.app.db.read(channels.all_notification_settings, call.practice_id)

    @rpc(contracts.ChannelChanges, allow=STAFF, scope="notify:write")
    def update_notification_settings(self, call: Call, request: dict[str, Any]) -> Any:
        calendar, version = request.pop("calendar"), request.pop("if_version")
        change = channels.update_notification_settings
        return self.app.db.write(change, call.practice_id, calendar, request, call.locale, version)

    @rpc(contracts.Reach, allow=STAFF, scope="notify:read")
    def channels(self, call: Call, request: dict[str, Any]) -> Any:
        provided = bool(self.app.settings.sms_provider)
        return self.app.db.read(channels.ways, call.practice_id, provided, request["phone"])

    @rpc(contracts.Channels, allow=STAFF, scope="notify:read")
    def require_channels(self, call: Call, request: dict[str, Any]) -> Any:
        provided = bool(self.app.settings.sms_provider)
        return self.app.db.read(channels.require, call.practice_id, request["channels"], provided)

    @rpc(contracts.Nothing, allow=STAFF, scope="notify:read")
    def reminder_rules(self, call: Call, request: dict[str, Any]) -> Any:
        return self.app.db.read(reminders.show_rules, call.practice_id)

    @rpc(contracts.Rules, allow=STAFF, scope="notify:admin")
    def update_reminder_rules(self, call: Call, request: dict[str, Any]) -> Any:
        wanted, version = request["rules"], request["if_version"]
        return self.app.db.write(reminders.save_rules, call.practice_id, wanted, version, call.now)

    @rpc(contracts.MessageQuery, allow=STAFF, scope="notify:read")
    def messages(self, call: Call, request: dict[str, Any]) -> Any:
        filters = {f"{name}_id": [request[name]] for name in ("appointment", "invitation") if name in request}
        filters |= {
            f"{name}_id": request[f"{name}s"] for name in ("appointment", "invitation") if f"{name}s" in request
        }
        limit, cursor = request["limit"], request["cursor"]
        return self.app.db.read(log.messages, call.practice_id, filters, limit, cursor, words.choose(call.locale))

    @rpc(contracts.Token)
    def calendar_file(self, call: Call, request: dict[str, Any]) -> Any:
        """The customer's own appointment as a calendar file; the token is the permission."""
        view = self.app.ask("booking", "managed", request)
        parts = self.app.db.read(delivery.for_calendar_file, view, call.locale)
        change = contracts.managed(view, parts.version, call.now)
        link = f"{self.app.settings.public_url.rstrip('/')}/a/{request['token']}"
        reader = reader_of(change, "customer", parts.locale, link)
        file = calendar_file(change, reader, parts.practice, parts.attachment, self.app.settings.mail_from, call.now)
        return {"filename": file.filename, "content": file.content.decode()}

    @rpc(contracts.Resend, allow=STAFF, scope="notify:write")
    def resend_message(self, call: Call, request: dict[str, Any]) -> Any:
        id, sms, reader = request.pop("id"), bool(self.app.settings.sms_provider), words.choose(call.locale)
        self.app.db.write(resend.resend, call.practice_id, id, request, call.now, reader, sms)
        return self.app.db.read(log.one, call.practice_id, id, reader)

    @rpc(contracts.Nothing, allow=STAFF, scope="notify:read")
    def call_list(self, call: Call, request: dict[str, Any]) -> Any:
        return self.app.db.read(calls.call_list, call.practice_id, call.now, words.choose(call.locale), self._texts())

    @rpc(contracts.CallMark, allow=STAFF, scope="notify:write")
    def mark_called(self, call: Call, request: dict[str, Any]) -> Any:
        user, reader = (str(call.caller.user_id), request["by"]), words.choose(call.locale)
        which = (call.practice_id, request["appointment"])
        return self.app.db.write(calls.mark, *which, user, call.now, reader, self._texts())

    @rpc(contracts.AppointmentRef, allow=STAFF, scope="notify:write")
    def unmark_called(self, call: Call, request: dict[str, Any]) -> Any:
        reader = words.choose(call.locale)
        which = (call.practice_id, request["appointment"])
        return self.app.db.write(calls.unmark, *which, call.now, reader, self._texts())

    @rpc(contracts.TwilioCall)
    def twilio_status(self, call: Call, request: dict[str, Any]) -> Any:
        return self._incoming.twilio_status(request, call.now)

    @rpc(contracts.TwilioCall)
    def twilio_inbound(self, call: Call, request: dict[str, Any]) -> Any:
        return self._incoming.twilio_inbound(request, call.now)

    @rpc(contracts.WebhookCall)
    def sms_status(self, call: Call, request: dict[str, Any]) -> Any:
        return self._incoming.webhook(request, call.now)

    @rpc(contracts.MailboxQuery)
    def mailbox(self, call: Call, request: dict[str, Any]) -> Any:
        self._only_when_capturing()
        return self.app.db.read(log.mailbox, request["limit"])

    @rpc(contracts.MailRef)
    def mailbox_message(self, call: Call, request: dict[str, Any]) -> Any:
        self._only_when_capturing()
        return self.app.db.read(log.mailbox_message, request["id"])

    def _texts(self) -> bool:
        """Whether SMS can leave the house."""
        return bool(self.app.settings.sms_provider)

    def _only_when_capturing(self) -> None:
        if not self.app.settings.capture:
            raise NotFound()
