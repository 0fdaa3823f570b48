"""Mails: letter, calendar file, MIME, and the mail server."""

from datetime import datetime, timedelta

from notify import account_mail, compose, contracts, mime
from notify.bounces import verp
from notify.domain.accounts import ROLE as ACCOUNT
from notify.domain.decide import Channel, Purpose
from notify.domain.delivery import Outcome, failure
from notify.ical import calendar_file
from notify.settings import Settings
from notify.transport import Capture, Envelope, Smtp, Transport
from notify.usecases import delivery
from notify.usecases.delivery import Turn
from runtime.db import Database
from runtime.telemetry import describe, step


class Emails:
    """Sends mails through the transport, by default the one that the settings name."""

    channel = Channel.EMAIL

    def __init__(self, settings: Settings, db: Database, transport: Transport | None = None):
        self.settings = settings
        capture = settings.capture
        self.transport = transport or (Capture(db) if capture else Smtp(settings.smtp_url, settings.smtp_timeout))
        self.lease = timedelta(seconds=10 if capture else 60 + 10 * settings.smtp_timeout)

    def send(self, message: Turn, link: str, now: datetime) -> Outcome:
        try:
            recipient = mime.address(message.recipient).addr_spec
            envelope = Envelope(self._return_path(message), recipient, self._asks_for_reports(message))
            return self._deliver(message, envelope, self._write(message, link, now), now)
        except mime.BadAddress:
            return failure("bad_address")

    def _return_path(self, message: Turn) -> str:
        """Where bounces go: with a bounce domain an address of its own for each turn."""
        domain = self.settings.bounce_domain
        if not domain:
            return mime.sender_address(self.settings.mail_from)
        return verp.address(self.settings.bounce_key, message.id, message.attempt, domain)

    def _asks_for_reports(self, message: Turn) -> str:
        """The name under which reports are asked for; empty where they would go to a person's mailbox."""
        return f"{message.id}.{message.attempt}" if self.settings.bounces_arrive else ""

    def _deliver(self, message: Turn, envelope: Envelope, mail: mime.Mail, now: datetime) -> Outcome:
        """Its span tells message, purpose and outcome; of the envelope nothing."""
        facts = {"messaging.message.id": message.id, "purpose": message.purpose}
        with step(f"{type(self.transport).__name__} send", "client", facts):
            outcome = self.transport.deliver(envelope, mail, now)
            describe({"outcome": outcome.state, "reason": outcome.reason})
            return outcome

    def _write(self, message: Turn, link: str, now: datetime) -> mime.Mail:
        if message.role == ACCOUNT:
            return account_mail.write(message, link, self.settings, now)
        change, parts = contracts.appointment(message.snapshot), delivery.material(message)
        reader = compose.reader_of(change, message.role, parts.locale, link)
        purpose, home = Purpose(message.purpose), self.settings.public_url.rstrip("/")
        calendar = None
        if message.role != "practitioner" and purpose is not Purpose.SUMMARY:
            calendar = calendar_file(change, reader, parts.practice, parts.attachment, self.settings.mail_from, now)
        return mime.mail(
            compose.letter(change, purpose, reader, parts.practice, parts.template, home),
            message_id=mime.message_id(message.id, self.settings.mail_from, message.round),
            recipient=message.recipient,
            recipient_name=change.customer.name if reader.customer else "",
            mail_from=self.settings.mail_from,
            practice=parts.practice,
            calendar=calendar,
            now=now,
        )
