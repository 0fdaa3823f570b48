"""What providers tell of SMS, and whether it is they who tell it."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from notify.domain import codes
from notify.domain.delivery import Outcome, delivered, failure

TURN = re.compile(r"(?P<message>[0-9a-f-]{36})\.(?P<attempt>[0-9]{1,6})")


class Forged(Exception):
    """Not from the provider: the signature is wrong, or nobody could have made one."""


@dataclass(frozen=True)
class News:
    """What became of a turn. None as outcome: nothing that we did not know."""

    message: str
    attempt: int
    outcome: Outcome | None


@dataclass(frozen=True)
class Reply:
    """What somebody sent to our number."""

    number: str
    words: str


def check_twilio(token: str, url: str, form: Mapping[str, str], signature: str) -> None:
    """Raises Forged unless Twilio has signed this address with these fields."""
    from twilio.request_validator import RequestValidator

    if not token or not signature or not RequestValidator(token).validate(url, form, signature):
        raise Forged


def twilio_status(query: str, form: Mapping[str, str]) -> News | None:
    """Queued, sending and sent tell nothing: whatever comes after them may have come before."""
    named = parse_qs(query)
    turn = TURN.fullmatch(f"{named.get('message', [''])[0]}.{named.get('attempt', [''])[0]}")
    if turn is None:
        return None
    return _news(turn, _outcome(form.get("MessageStatus") or form.get("SmsStatus") or "", form))


def twilio_reply(form: Mapping[str, str]) -> Reply:
    """Twilio's own reading of the words, where its opt-out management is on, else the words."""
    return Reply(form.get("From", ""), form.get("OptOutType") or form.get("Body", ""))


def webhook_told(body: bytes) -> News | Reply | None:
    """`{"id", "status", "reason"?}` of an SMS, or `{"from", "text"}` of a reply."""
    try:
        told = json.loads(body)
    except ValueError:
        return None
    if not isinstance(told, dict):
        return None
    if isinstance(told.get("from"), str) and isinstance(told.get("text"), str):
        return Reply(told["from"], told["text"])
    turn = TURN.fullmatch(str(told.get("id")))
    if turn is None:
        return None
    fields = {"ErrorMessage": str(told.get("reason") or "")[:300]}
    return _news(turn, _outcome(str(told.get("status")), fields))


def _outcome(status: str, fields: Mapping[str, str]) -> Outcome | None:
    if status in ("delivered", "read"):
        return delivered()
    if status not in ("undelivered", "failed"):
        return None
    code, said = fields.get("ErrorCode", ""), fields.get("ErrorMessage", "")
    detail = f"{status} {code} {said}".strip()
    return codes.undelivered(int(code), detail) if code.isdecimal() else failure("sms_unknown", detail)


def _news(turn: Any, outcome: Outcome | None) -> News:
    return News(turn["message"], int(turn["attempt"]), outcome)
