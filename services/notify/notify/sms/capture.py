"""The mailbox that keeps SMS which would have gone out."""

from datetime import datetime

from notify.domain.delivery import Outcome, taken
from notify.sms.text import Text
from notify.store import log as kept
from runtime.db import Database
from runtime.ids import stable_id


class Capture:
    """Keeps SMS for /dev/mailbox, each turn once."""

    def __init__(self, db: Database):
        self._db = db

    def send(self, text: Text, now: datetime) -> Outcome:
        """Always sent."""
        name = f"{text.message}.{text.attempt}"
        row = {
            "id": stable_id("captured", name),
            "message_id": name,
            "at": now,
            "sender": "",
            "recipient": text.number,
            "subject": text.words,
            "raw": text.words.encode(),
            "channel": "sms",
        }
        self._db.write(kept.capture, row)
        return taken()
