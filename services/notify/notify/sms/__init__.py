"""Providers of SMS behind one interface. Which one the settings name: `provider`."""

from datetime import datetime
from typing import Protocol

from notify.domain.delivery import Outcome, retry
from notify.settings import Settings
from notify.sms.capture import Capture
from notify.sms.text import Text
from runtime.db import Database

__all__ = ["Provider", "Text", "provider"]


class Provider(Protocol):
    """Takes an SMS and says how that went; never raises for what a provider does."""

    def send(self, text: Text, now: datetime) -> Outcome: ...


class Nobody:
    """Where no provider is set no SMS is made; one of before waits until there is one again, or it is too late."""

    def send(self, text: Text, now: datetime) -> Outcome:
        return retry("no_provider")


def provider(settings: Settings, db: Database) -> Provider:
    """Of the settings. Twilio's library is loaded only where it is used: it takes memory."""
    match settings.sms_provider:
        case "twilio":
            from notify.sms.twilio import Twilio

            return Twilio(settings)
        case "webhook":
            from notify.sms.webhook import Webhook

            return Webhook(settings)
        case "capture":
            return Capture(db)
    return Nobody()
