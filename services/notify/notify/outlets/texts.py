"""SMS: one short text from the template, and the provider."""

from datetime import datetime, timedelta

from notify import compose, contracts, sms
from notify.domain.decide import Channel
from notify.domain.delivery import Outcome, failure
from notify.domain.plan import allows_sms
from notify.settings import Settings
from notify.usecases import delivery, texting
from notify.usecases.delivery import Turn
from runtime.db import Database
from runtime.telemetry import describe, step


class Texts:
    """Sends SMS through the provider, by default the one that the settings name."""

    channel = Channel.SMS

    def __init__(self, settings: Settings, db: Database, provider: sms.Provider | None = None):
        self.provider = provider or sms.provider(settings, db)
        self._db, self._daily_limit = db, settings.sms_daily_limit
        self.lease = timedelta(seconds=60 + 3 * settings.sms_timeout)

    def send(self, message: Turn, link: str, now: datetime) -> Outcome:
        if not allows_sms(message.head.practice):
            return failure("plan")  # it was another one when the message was queued
        change, parts = contracts.appointment(message.snapshot), delivery.material(message)
        reader = compose.reader_of(change, message.role, parts.locale, link)
        words = compose.short_text(change, reader, parts.practice, parts.template)
        practice, most = message.practice_id, self._daily_limit
        if objection := self._db.write(texting.objection, practice, message.recipient, words, now, most):
            return objection
        facts = {"messaging.message.id": message.id, "purpose": message.purpose}
        with step(f"{type(self.provider).__name__} send", "client", facts):
            text = sms.Text(message.id, message.attempt, message.round, message.recipient, words)
            outcome = self.provider.send(text, now)
            describe({"outcome": outcome.state, "reason": outcome.reason})
            return outcome
