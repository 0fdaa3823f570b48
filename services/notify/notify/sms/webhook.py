"""SMS through any provider that speaks a little HTTP: a signed POST out, a signed POST with the status in."""

import hashlib
import hmac
import http.client
import json
import urllib.error
import urllib.request
from datetime import datetime

from notify.domain.delivery import Outcome, retry, taken
from notify.settings import Settings
from notify.sms import answers
from notify.sms.text import Text

SIGNATURE = "X-Terminfluss-Signature"
LARGEST_ANSWER = 10_000


class Webhook:
    """Posts `{id, to, text, status_url}` to SMS_WEBHOOK_URL; a 2xx means that it was taken. The answer may be a JSON
    object with the provider's own `id`. `id` is the turn's, by which the provider tells its status; the
    `Idempotency-Key` stays the same over all turns until staff send again, so an answer that was lost costs no second
    SMS."""

    def __init__(self, settings: Settings):
        self._settings = settings

    def send(self, text: Text, now: datetime) -> Outcome:
        settings = self._settings
        known_as = f"{text.message}.{text.attempt}"
        status_url = f"{settings.public_url.rstrip('/')}/webhooks/sms/{settings.sms_webhook_name}"
        body = json.dumps({"id": known_as, "to": text.number, "text": text.words, "status_url": status_url}).encode()
        headers = {"Content-Type": "application/json", SIGNATURE: signature(settings.sms_webhook_secret, body)}
        headers["Idempotency-Key"] = f"{text.message}.{text.round}"
        request = urllib.request.Request(settings.sms_webhook_url, body, headers, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=settings.sms_timeout) as answer:
                return taken(_id(answer.read(LARGEST_ANSWER)))
        except urllib.error.HTTPError as error:
            return answers.refused(error.code, error.read(200).decode("utf-8", "replace"))
        except TimeoutError as error:
            return retry("provider_timeout", type(error).__name__)
        except (OSError, http.client.HTTPException) as error:
            return retry("provider_away", type(error).__name__)


def signature(secret: str, body: bytes) -> str:
    """sha256=… of the body, keyed with SMS_WEBHOOK_SECRET; both directions sign so."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def genuine(secret: str, body: bytes, given: str) -> bool:
    """True when whoever sent this body knows the secret."""
    return bool(secret) and hmac.compare_digest(signature(secret, body).encode(), given.encode())


def _id(answer: bytes) -> str:
    try:
        found = json.loads(answer)
    except ValueError:
        return ""
    return str(found.get("id") or "")[:100] if isinstance(found, dict) else ""
