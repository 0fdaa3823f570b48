"""SMS through Twilio, by its own library."""

import threading
from datetime import datetime
from urllib.parse import urlencode

import requests
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from notify.domain.delivery import Outcome, retry, taken
from notify.settings import Settings
from notify.sms import answers
from notify.sms.text import Text

STATUS_PATH = "/webhooks/twilio/status"


class Twilio:
    """Each thread has a client of its own, and with it a connection that is kept."""

    def __init__(self, settings: Settings):
        self._settings = settings
        self._kept = threading.local()

    def send(self, text: Text, now: datetime) -> Outcome:
        """Hand the SMS over; how it fared, Twilio tells the address in `status_callback` later."""
        try:
            made = self._client().messages.create(
                to=text.number,
                body=text.words,
                status_callback=status_callback(self._settings.public_url, text.message, text.attempt),
                **self._sender(),
            )
        except TwilioRestException as error:
            return answers.refused(error.status, f"{error.code or ''} {error.msg}".strip(), error.code)
        except requests.Timeout as error:
            return retry("provider_timeout", type(error).__name__)
        except (requests.RequestException, OSError) as error:
            return retry("provider_away", type(error).__name__)
        return taken(str(made.sid or ""))

    def _sender(self) -> dict[str, str]:
        """A number or name, or the SID of a messaging service."""
        known_as = self._settings.twilio_from
        return {"messaging_service_sid" if known_as.startswith("MG") else "from_": known_as}

    def _client(self) -> Client:
        client: Client | None = getattr(self._kept, "client", None)
        if client is None:
            http = TwilioHttpClient(timeout=self._settings.sms_timeout)
            account, token = self._settings.twilio_account_sid, self._settings.twilio_auth_token
            client = self._kept.client = Client(account, token, http_client=http)
            if self._settings.twilio_api_base:
                client.api.base_url = self._settings.twilio_api_base.rstrip("/")
        return client


def status_callback(public_url: str, message: str, attempt: int) -> str:
    """Where Twilio tells how this turn fares. It signs the whole address, so what stands in it can be believed."""
    return f"{public_url.rstrip('/')}{STATUS_PATH}?{urlencode({'message': message, 'attempt': attempt})}"
