"""What providers of SMS tell us over HTTP: checked, understood, noted."""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from notify import metrics
from notify.domain.errors import Forbidden
from notify.settings import Settings
from notify.sms import callbacks, webhook
from notify.sms.callbacks import Forged, News, Reply
from notify.usecases import reports, texting
from runtime.db import Database

log = logging.getLogger(__name__)


class Incoming:
    """Each method answers whether what was told changed anything; who did not sign it is refused."""

    def __init__(self, settings: Settings, db: Database):
        self._settings, self._db = settings, db

    def twilio_status(self, request: Mapping[str, Any], now: datetime) -> dict[str, bool]:
        self._check_twilio(request, "/webhooks/twilio/status")
        return self._note("twilio", callbacks.twilio_status(request["query"], request["form"]), now)

    def twilio_inbound(self, request: Mapping[str, Any], now: datetime) -> dict[str, bool]:
        self._check_twilio(request, "/webhooks/twilio/inbound")
        return self._note("twilio", callbacks.twilio_reply(request["form"]), now)

    def webhook(self, request: Mapping[str, Any], now: datetime) -> dict[str, bool]:
        body, settings = request["body"].encode(), self._settings
        known = request["provider"] == settings.sms_webhook_name
        if not (known and webhook.genuine(settings.sms_webhook_secret, body, request["signature"])):
            raise self._forged("webhook")
        return self._note("webhook", callbacks.webhook_told(body), now)

    def _check_twilio(self, request: Mapping[str, Any], path: str) -> None:
        query = f"?{request['query']}" if request["query"] else ""
        url = f"{self._settings.public_url.rstrip('/')}{path}{query}"
        try:
            callbacks.check_twilio(self._settings.twilio_auth_token, url, request["form"], request["signature"])
        except Forged:
            raise self._forged("twilio") from None

    def _forged(self, source: str) -> Forbidden:
        metrics.REPORTS(source, "forged").inc()
        log.warning("report_forged", extra={"facts": {"source": source}})
        return Forbidden()

    def _note(self, source: str, told: News | Reply | None, now: datetime) -> dict[str, bool]:
        changed = self._heed(told, now) if told else False
        metrics.REPORTS(source, "taken" if changed else "nothing new").inc()
        return {"changed": changed}

    def _heed(self, told: News | Reply, now: datetime) -> bool:
        if isinstance(told, Reply):
            return self._db.write(texting.replied, told.number, told.words, now) is not None
        if told.outcome is None:
            return False
        base = timedelta(seconds=self._settings.retry_base)
        return self._db.write(reports.report, now, told.message, told.attempt, told.outcome, base)
